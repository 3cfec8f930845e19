import type { SpanTree } from '../../../collector-processor/src/prediction/replay.ts'

/** A function of an agent: it works, then calls some functions at once, and again; and works at the end. */
export interface Program {
  readonly name: string
  readonly steps: readonly { readonly ownSeconds: number; readonly calls: readonly Program[] }[]
  readonly lastSeconds: number
}

/** Names of the functions that a random program calls. */
export const names = ['search', 'embed', 'plan']

/** A random program of so many levels; its times are whole seconds, so that sums are exact. */
export function randomProgram(random: () => number, levels: number, name = 'run'): Program {
  const whole = (below: number): number => Math.floor(random() * below)
  const steps = levels === 0 ? 0 : 1 + whole(3)
  return {
    name,
    steps: Array.from({ length: steps }, () => ({
      ownSeconds: whole(3),
      calls: Array.from({ length: 1 + whole(4) }, () => randomProgram(random, levels - 1, names[whole(names.length)])),
    })),
    lastSeconds: 1 + whole(9),
  }
}

/** Runs the program: the calls of a step begin at once, the next step when all of them are done. */
export function run(program: Program, override: (name: string) => number | undefined, start = 0): SpanTree {
  const seconds = override(program.name)
  if (seconds !== undefined) return { name: program.name, start, end: start + seconds, children: [] }
  let now = start
  const children: SpanTree[] = []
  for (const { ownSeconds, calls } of program.steps) {
    now += ownSeconds
    const begun = calls.map((call) => run(call, override, now))
    children.push(...begun)
    now = Math.max(now, ...begun.map((child) => child.end))
  }
  return { name: program.name, start, end: now + program.lastSeconds, children }
}
