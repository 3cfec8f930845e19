/** Runs tasks with at most `concurrency` of them at a time; the others wait in order. */
export function limit(concurrency: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (task) => {
    if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await task()
    } finally {
      // The place is handed over, so that nobody who comes between can take it.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
