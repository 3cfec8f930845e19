import { describe, expect, it } from 'vitest'
import { cpuProfile } from '../../sdk/src/cpu-profile.ts'
import { OptionError } from '../../sdk/src/errors.ts'
import { profiled } from '../../sdk/src/profiled.ts'
import { cpuSampler } from '../../sdk/src/profiles/cpu-sampler.ts'
import { addSegmentSource, type LabelledSegment } from '../../sdk/src/profiles/segments.ts'
import { readPprof } from '../support/pprof.ts'

// After an `await` V8 cannot make it a part of its caller, to whom all its time would go then.
const rank = profiled(
  async function score(words: number): Promise<number> {
    await undefined
    let sum = 0
    for (let word = 0; word < words; word++) sum += Math.sqrt(word)
    return sum
  },
  { name: 'rank documents' },
)

/** Loops that V8 does not make a part of their callers, because they call themselves. */
function search(words: number): number {
  let sum = words < 0 ? search(-words) : 0
  for (let word = 0; word < words; word++) sum += Math.sqrt(word)
  return sum
}
function plan(words: number): number {
  let sum = words < 0 ? plan(-words) : 1
  for (let word = 0; word < words; word++) sum = (sum * 31 + word) % 1_000_003
  return sum
}

/** Keeps the thread busy until a promise is settled. */
async function workUntil<T>(promise: Promise<T>, work: () => unknown = () => rank(2_000_000)): Promise<T> {
  const state = { isSettled: false }
  void promise.finally(() => (state.isSettled = true))
  while (!state.isSettled) {
    await work()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return promise
}

describe('a CPU profile taken by hand', () => {
  it('tells where the time went, in its list, its folded stacks and its pprof alike', async () => {
    const profile = await workUntil(cpuProfile({ durationMs: 600 }))
    expect(profile.durationMs).toBeGreaterThan(500)
    expect(profile.cpuMs).toBeLessThanOrEqual(profile.durationMs + 1)
    expect(profile.functions[0]).toMatchObject({ name: 'rank documents', file: 'test/sdk/cpu-profile.test.ts' })
    const listed = profile.functions.reduce((sum, { selfMs }) => sum + selfMs, 0)
    const written = readPprof(profile.pprof).reduce((sum, { nanoseconds }) => sum + nanoseconds, 0)
    expect(written / 1e6).toBeCloseTo(listed, 1)
    expect(profile.folded).toMatch(/^.*rank documents \(test\/sdk\/cpu-profile\.test\.ts:\d+\) \d+$/m)
  })

  it('counts a function that calls itself once in its total', async () => {
    const descend = (depth: number): number => {
      let sum = 0
      for (let word = 0; word < 100_000; word++) sum += Math.sqrt(word)
      return depth === 0 ? sum : sum + descend(depth - 1)
    }
    const { functions, cpuMs } = await workUntil(cpuProfile({ durationMs: 400 }), () => descend(20))
    for (const { totalMs } of functions) expect(totalMs).toBeLessThanOrEqual(cpuMs + 1e-6)
  })

  it('carries the labels of what is known to have run at the time of each sample, and no wrong one', async () => {
    const segments: LabelledSegment[] = []
    const nowUs = () => Number(process.hrtime.bigint()) / 1e3
    const labelled = async (name: string): Promise<number> => {
      const startUs = nowUs()
      const sum = name === 'search' ? search(300_000) : plan(300_000)
      segments.push({ startUs, endUs: nowUs(), labels: { function: name, traceId: 'a1', spanId: 'b2' } })
      return sum
    }
    const remove = addSegmentSource(() => segments)
    const { pprof } = await workUntil(cpuProfile({ durationMs: 800 }), () => Promise.all([labelled('search'), labelled('plan')]))
    remove()
    const told = readPprof(pprof).filter(({ stack }) => /^(search|plan) /.test(stack[0] ?? ''))
    const total = told.reduce((sum, { samples }) => sum + samples, 0)
    const right = told.filter(({ stack, labels }) => labels['function'] === stack[0]?.split(' ')[0] && labels['span_id'] === 'b2')
    expect(total).toBeGreaterThan(20)
    expect(right.reduce((sum, { samples }) => sum + samples, 0)).toBe(total)
  })

  it('ends early when its signal says so, and leaves no profiler running', async () => {
    const controller = new AbortController()
    const started = performance.now()
    const taken = cpuProfile({ durationMs: 60_000, signal: controller.signal })
    setTimeout(() => controller.abort(), 100)
    expect((await taken).durationMs).toBeLessThan(30_000)
    expect(performance.now() - started).toBeLessThan(30_000)
    expect(cpuSampler.inspect).toBeUndefined()
  })

  it('refuses a duration that is none, in one sentence', async () => {
    await expect(cpuProfile({ durationMs: 0 })).rejects.toThrow(OptionError)
    await expect(cpuProfile({ durationMs: NaN })).rejects.toThrow(
      'durationMs must be a number of milliseconds above 0 and up to 600000, got NaN.',
    )
  })
})
