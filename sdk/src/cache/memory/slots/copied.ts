/** Copies a typed array into a longer one, which it returns. */
export function copied<A extends { set(from: A): void }>(from: A, to: A): A {
  to.set(from)
  return to
}
