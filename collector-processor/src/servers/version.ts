/** Whether a dotted version is the same as another or newer. */
export function atLeast(version: string, minimum: string): boolean {
  const parts = (text: string): number[] => text.split('.').map(Number)
  const [have, need] = [parts(version), parts(minimum)]
  const difference = need.map((part, at) => (have[at] ?? 0) - part).find((delta) => delta !== 0)
  return (difference ?? 0) >= 0
}
