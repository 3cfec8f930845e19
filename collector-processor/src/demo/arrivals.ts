import { exponential, seededRandom, weighted, zipfProbabilities, type Random } from './random.ts'
import type { FunctionLoad } from './workload.ts'

/** One call that an agent makes: when, of which function, with which argument. */
export interface ScheduledCall {
  /** Milliseconds after the start of the agent's work. */
  readonly atMs: number
  readonly name: string
  /** Stands for the argument: equal keys are equal arguments. */
  readonly key: string
  /** Milliseconds that the call takes, where the call knows it (a replayed trace) and not the function. */
  readonly costMs?: number
}

/**
 * The calls of one agent, in order of time and without end. Their times are absolute: what the calls cost does not change
 * when they are made, so a faster function gets the same load as before.
 */
export function* arrivals(workload: Readonly<Record<string, FunctionLoad>>, agent: number, seed: number): Generator<ScheduledCall, never> {
  // Seeds of neighbouring agents must not give neighbouring sequences.
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(agent + 1, 0x85ebca6b))
  const streams = Object.entries(workload)
    .filter(([, load]) => agent < (load.agents ?? Infinity))
    .map(([name, load]) => stream(name, load, agent, random))
  const next = streams.map((calls) => calls.next().value)
  for (;;) {
    const first = next.reduce((best, call, index) => (call.atMs < (next[best]?.atMs ?? Infinity) ? index : best), 0)
    const call = next[first]
    const calls = streams[first]
    if (call === undefined || calls === undefined) throw new Error('A workload needs at least one function.')
    yield call
    next[first] = calls.next().value
  }
}

function* stream(name: string, load: FunctionLoad, agent: number, random: Random): Generator<ScheduledCall, never> {
  const meanGapMs = 1_000 / load.callsPerSecond
  const nextKey = keys(load, agent, random)
  let atMs = 0
  for (;;) {
    atMs += load.periodic === true ? meanGapMs : exponential(random, meanGapMs)
    yield { atMs, name, key: nextKey() }
  }
}

function keys(load: FunctionLoad, agent: number, random: Random): () => string {
  if (load.keys === Infinity) {
    let count = 0
    return () => `${agent}-${count++}`
  }
  const draw = weighted(random, zipfProbabilities(load.keys, load.zipfExponent))
  return () => String(draw())
}
