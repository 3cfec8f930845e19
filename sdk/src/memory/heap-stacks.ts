import type { HeapProfiler } from 'node:inspector'
import { type StackNode, stackOf } from '../profiles/cpu-window.ts'

/** Bytes of each stack of a heap profile, those that it allocated itself. */
export type HeapStacks = ReadonlyMap<StackNode, number>

/** The stacks of a heap profile that allocated anything. */
export function heapStacks(head: HeapProfiler.SamplingHeapProfileNode): HeapStacks {
  const stacks = new Map<StackNode, number>()
  const root: StackNode = { frame: head.callFrame, caller: undefined, lines: [] }
  const open = head.children.map((node) => ({ node, caller: root }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, caller } = next
    const own: StackNode = { frame: node.callFrame, caller, lines: [] }
    if (node.selfSize > 0) stacks.set(own, node.selfSize)
    for (const child of node.children) open.push({ node: child, caller: own })
  }
  return stacks
}

/** Scripts on these stacks. */
export function scriptsOn(stacks: Iterable<StackNode>): Set<string> {
  return new Set([...stacks].flatMap(stackOf).flatMap(({ frame }) => (frame.url === '' ? [] : [frame.url])))
}
