import { type StackNode, stackOf } from './cpu-window.ts'
import type { FunctionPlace, Places } from './places.ts'

/** Folded stacks, a line each: `caller;callee COUNT`, callers first (Brendan Gregg's flame graphs, speedscope). @param stacks samples or bytes of each */
export function foldedStacks(stacks: ReadonlyMap<StackNode, number>, places: Places): string {
  const counts = new Map<string, number>()
  for (const [node, count] of stacks) {
    const stack = stackOf(node)
      .map(({ frame }) => frameText(places.function(frame)))
      .toReversed()
      .join(';')
    counts.set(stack, (counts.get(stack) ?? 0) + count)
  }
  return [...counts].map(([stack, count]) => `${stack} ${count}\n`).join('')
}

function frameText({ name, file, line }: FunctionPlace): string {
  // The separator of the format must not come up in a name.
  return (file === undefined ? name : `${name} (${file}:${line})`).replaceAll(/[;\n]/g, ' ')
}
