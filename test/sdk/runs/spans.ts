import type { RunSpan } from '../../../sdk/src/runs/run-span.ts'

let ids = 0

/** A span from a second of its run to another. */
export function called(name: string, start: number, end: number, children: RunSpan[] = [], more: Partial<RunSpan> = {}): RunSpan {
  const plain = { parent: undefined, hasFailed: false, argumentsHash: undefined, writes: false, converses: false }
  return { ...plain, ...more, id: `${ids++}`, name, start, end, children }
}

export function inOrder(spans: readonly RunSpan[]): RunSpan[] {
  return spans.toSorted((a, b) => a.start - b.start || a.end - b.end)
}
