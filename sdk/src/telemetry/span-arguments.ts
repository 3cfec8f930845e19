let hashes: WeakMap<object, number> | undefined

/** From now on it is remembered with what arguments a span's call was made. Until somebody wants to know, it costs nothing. */
export function rememberArguments(): void {
  hashes ??= new WeakMap()
}

/** Notes the hash of the arguments (uint32) of the call that a span is about. It stays in this process. */
export function noteArguments(span: object, hash: number): void {
  hashes?.set(span, hash)
}

/** The hash of the arguments of a span's call; undefined where they are not followed. */
export function argumentsOf(span: object): number | undefined {
  return hashes?.get(span)
}
