/** A loader that is let go by hand: each call waits in `waiting` until a test settles it. */
export function controlledLoad<V>() {
  const waiting: PromiseWithResolvers<V>[] = []
  const load = (..._args: unknown[]): Promise<V> => {
    const next = Promise.withResolvers<V>()
    waiting.push(next)
    return next.promise
  }
  return { load, waiting }
}

/** Everything that can go on without a timer or a server has gone on. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
