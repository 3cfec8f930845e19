import type { Profiler } from 'node:inspector'

/** A function that was on the stack, in V8's words: `lineNumber` and `columnNumber` count from 0, and are -1 where there is none. */
export type Frame = Profiler.Profile['nodes'][number]['callFrame']

/** One place in the tree of calls. */
export interface StackNode {
  readonly frame: Frame
  /** Who called; undefined at the root, which is no function. */
  readonly caller: StackNode | undefined
  /** How often the function itself was seen at each of its lines, from 1. */
  readonly lines: readonly { readonly line: number; readonly ticks: number }[]
}

/** One look at the stack. */
export interface StackSample {
  readonly node: StackNode
  /** Microseconds on the clock of `process.hrtime`. */
  readonly timeUs: number
}

/** A stretch of the main thread's time, as samples of its stack. */
export interface CpuWindow {
  /** Microseconds on the clock of `process.hrtime`. */
  readonly startUs: number
  readonly endUs: number
  readonly samples: readonly StackSample[]
  /** Time that one sample stands for, in seconds: together they stand for the whole window. */
  readonly secondsPerSample: number
}

/** Makes a window of what V8 recorded. The first sample is left out: it shows the call that began the recording, not chance. */
export function cpuWindow({ nodes, samples = [], timeDeltas = [], startTime, endTime }: Profiler.Profile): CpuWindow {
  const treeNodes = linked(nodes)
  const taken: StackSample[] = []
  let timeUs = startTime
  for (const [index, id] of samples.entries()) {
    timeUs += timeDeltas[index] ?? 0
    const node = treeNodes.get(id)
    if (index > 0 && node !== undefined) taken.push({ node, timeUs })
  }
  const secondsPerSample = taken.length === 0 ? 0 : (endTime - startTime) / 1e6 / taken.length
  return { startUs: startTime, endUs: endTime, samples: taken, secondsPerSample }
}

function linked(nodes: Profiler.Profile['nodes']): Map<number, StackNode> {
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const byId = new Map(nodes.map((node) => [node.id, node] as const))
  const made = new Map<number, StackNode>()
  // A loop, not a recursion: stacks may be as deep as V8 allows.
  for (const { id } of nodes) {
    const path: number[] = []
    for (let at: number | undefined = id; at !== undefined && !made.has(at); at = callers.get(at)) path.push(at)
    for (const at of path.toReversed()) {
      const node = byId.get(at)
      if (node === undefined) continue
      const callerId = callers.get(at)
      const caller = callerId === undefined ? undefined : made.get(callerId)
      made.set(at, { frame: node.callFrame, caller, lines: node.positionTicks ?? [] })
    }
  }
  return made
}

/** Whether the thread had nothing to do: no time of the processor. */
export function isIdle({ frame }: StackNode): boolean {
  return frame.url === '' && frame.functionName === '(idle)'
}

/** How often each place was seen with its own code running, those with nothing to do left out. */
export function selfSamples({ samples }: CpuWindow): Map<StackNode, number> {
  const counts = new Map<StackNode, number>()
  for (const { node } of samples) if (!isIdle(node)) counts.set(node, (counts.get(node) ?? 0) + 1)
  return counts
}

/** The functions on a stack, the running one first. */
export function stackOf(node: StackNode): StackNode[] {
  const stack: StackNode[] = []
  for (let at: StackNode | undefined = node; at?.caller !== undefined; at = at.caller) stack.push(at)
  return stack
}
