import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SharedBackend, SharedStorage, SharedValue } from '../../../sdk/src/cache/backends/backend.ts'
import { hybrid } from '../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../sdk/src/cache/backends/memory.ts'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { ManualClock } from '../../support/clock.ts'

const KEYS = ['a', 'b'] as const
type Key = (typeof KEYS)[number]

/** One step of a schedule. The shared storage works through its commands one by one, as a connection does. */
type Step =
  | { readonly type: 'call' | 'change'; readonly key: Key }
  | { readonly type: 'change all' }
  | { readonly type: 'finish load'; readonly which: number }
  | { readonly type: 'serve' | 'fail' | 'lose answer' }
  | { readonly type: 'advance'; readonly ms: number }

const key = fc.constantFrom(...KEYS)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('call'), key }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('change'), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('change all') }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('finish load'), which: fc.nat(3) }) },
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constantFrom('serve', 'serve', 'serve', 'serve', 'serve', 'serve', 'fail', 'lose answer') }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('advance'), ms: fc.constantFrom(1, 50, 600) }) },
)

// Long ones: most races need a dozen steps to come about.
const schedule = fc.array(step, { minLength: 40, maxLength: 120, size: 'max' })

/** Steps a schedule runs and the answer it waits for: enough turns of the microtask queue for everything that can go on to go on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve()
}

/** A shared storage whose commands are served, refused, or served without an answer, when a schedule says so. */
class SteppedStorage implements SharedStorage {
  readonly tier = 'redis'
  readonly deadlineMs = 1_000_000
  readonly #values = new Map<string, unknown>()
  readonly #queue: { readonly serve: () => void; readonly refuse: () => void }[] = []
  readonly #unanswered: (() => void)[] = []

  get(key: string): Promise<SharedValue | undefined> {
    return this.#command(() => (this.#values.has(key) ? { value: this.#values.get(key), ttlMs: undefined } : undefined))
  }

  set(key: string, value: unknown): Promise<void> {
    return this.#command(() => void this.#values.set(key, value))
  }

  delete(key: string): Promise<void> {
    return this.#command(() => void this.#values.delete(key))
  }

  clear(): Promise<void> {
    return this.#command(() => this.#values.clear())
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  serve(): void {
    this.#queue.shift()?.serve()
  }

  fail(): void {
    this.#queue.shift()?.refuse()
  }

  /** The caller's deadline passes; the command stays in the queue and is carried out in its turn. */
  loseAnswer(): void {
    this.#unanswered.shift()?.()
  }

  #command<T>(action: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const refuse = (): void => reject(new Error('refused'))
      this.#unanswered.push(refuse)
      this.#queue.push({ serve: () => resolve(action()), refuse })
    })
  }
}

let serial = 0

/** Runs a schedule; the source has a version of each key, and a loader reads it when it starts. */
async function run(steps: readonly Step[], storage: SteppedStorage | undefined): Promise<void> {
  const clock = new ManualClock()
  const versions = { a: 1, b: 1 }
  const loads: (() => void)[] = []
  const load = (key: Key): Promise<{ key: Key; version: number }> => {
    const value = { key, version: versions[key] }
    return new Promise((resolve) => loads.push(() => resolve(value)))
  }
  const options = { name: `races-${storage === undefined ? 'memory' : 'hybrid'}-${++serial % 20}`, ttl: 100, clock }
  const back: SharedBackend | undefined = storage && {
    name: 'stepped',
    synchronous: false,
    open: () => ({ local: undefined, shared: storage }),
  }
  const ask = back === undefined ? cached(load, options) : cached(load, { ...options, backend: hybrid({ front: memory(), back }) })
  const answers: Promise<void>[] = []

  for (const step of steps) {
    if (step.type === 'call') {
      const atLeast = versions[step.key]
      answers.push(
        ask(step.key).then(({ key, version }) => {
          expect(key).toBe(step.key)
          expect(version).toBeGreaterThanOrEqual(atLeast)
        }),
      )
    }
    if (step.type === 'change') {
      versions[step.key] += 1
      void ask.invalidate(step.key)
    }
    if (step.type === 'change all') {
      for (const key of KEYS) versions[key] += 1
      void ask.cache.clear()
    }
    if (step.type === 'finish load') loads.splice(step.which, 1)[0]?.()
    if (step.type === 'serve') storage?.serve()
    if (step.type === 'fail') storage?.fail()
    if (step.type === 'lose answer') storage?.loseAnswer()
    if (step.type === 'advance') clock.advance(step.ms)
    await settled()
  }
  // All is quiet when nothing is left to serve or to finish, many times over.
  for (let rest = 0; rest < 4 * steps.length; rest++) {
    storage?.serve()
    loads.shift()?.()
    await settled()
  }
  await Promise.all(answers)
}

describe('a call that starts after an invalidation is never given an older value', () => {
  it('in memory', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, (steps) => run(steps, undefined)),
      { numRuns: 500 },
    )
  })

  it('with a shared tier that answers late, not at all, or refuses', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, (steps) => run(steps, new SteppedStorage())),
      { numRuns: 1_000 },
    )
  })
})
