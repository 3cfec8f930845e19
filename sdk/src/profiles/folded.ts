import { type CpuWindow, selfSamples, stackOf } from './cpu-window.ts'
import type { FunctionPlace, Places } from './places.ts'

/** A window as folded stacks, a line each: `caller;callee COUNT`, callers first, in samples (Brendan Gregg's flame graphs, speedscope). */
export function foldedStacks(window: CpuWindow, places: Places): string {
  const counts = new Map<string, number>()
  for (const [node, samples] of selfSamples(window)) {
    const stack = stackOf(node)
      .map(({ frame }) => frameText(places.function(frame)))
      .toReversed()
      .join(';')
    counts.set(stack, (counts.get(stack) ?? 0) + samples)
  }
  return [...counts].map(([stack, count]) => `${stack} ${count}\n`).join('')
}

function frameText({ name, file, line }: FunctionPlace): string {
  // The separator of the format must not come up in a name.
  return (file === undefined ? name : `${name} (${file}:${line})`).replaceAll(/[;\n]/g, ' ')
}
