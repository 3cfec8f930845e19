import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SharedBackend } from '../../../sdk/src/cache/backends/backend.ts'
import { redis as redisBackend } from '../../../sdk/src/cache/backends/redis.ts'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../sdk/src/cache/create-cache.ts'
import { EntryTable } from '../../../sdk/src/cache/memory/entry-table.ts'
import { decodeMessage } from '../../../sdk/src/cache/redis/messages.ts'
import { RedisStorage } from '../../../sdk/src/cache/redis/storage.ts'
import type { StoredValue } from '../../../sdk/src/cache/shared/shared-storage.ts'
import { WireFormat } from '../../../sdk/src/cache/shared/wire-format.ts'
import { ManualClock } from '../../support/clock.ts'
import { quiet } from '../../support/controlled-load.ts'
import { useRedis } from '../../support/redis.ts'
import { type Sent, type SteppedProcess, SteppedRedis } from '../../support/stepped-redis.ts'

/** Schedules with a Redis; `npm run bench -- races` runs ten thousand. */
const RUNS = Number(process.env['PITWALL_RACES'] ?? 250)

const KEYS = ['a', 'b'] as const
type Key = (typeof KEYS)[number]
type Who = 0 | 1

type Step =
  | { readonly type: 'call' | 'change' | 'set' | 'refresh'; readonly who: Who; readonly key: Key }
  | { readonly type: 'change tag' | 'change all'; readonly who: Who }
  | { readonly type: 'finish load' | 'fail load'; readonly which: number }
  | { readonly type: 'serve' | 'deliver' | 'hear' | 'lose' | 'connect' | 'disconnect'; readonly who: Who }
  | { readonly type: 'advance'; readonly ms: number }

const who = fc.constantFrom<Who>(0, 1)
const key = fc.constantFrom(...KEYS)
const which = fc.nat(3)

/** Steps of one kind, that many times as likely as others. */
function steps(weight: number, type: Step['type'], fields: object): fc.WeightedArbitrary<Step> {
  return { weight, arbitrary: fc.record({ type: fc.constant(type), ...fields }) as fc.Arbitrary<Step> }
}

const local = [
  steps(10, 'call', { who, key }),
  steps(4, 'change', { who, key }),
  steps(2, 'set', { who, key }),
  steps(2, 'refresh', { who, key }),
  steps(1, 'change tag', { who }),
  steps(1, 'change all', { who }),
  steps(8, 'finish load', { which }),
  steps(1, 'fail load', { which }),
  steps(3, 'advance', { ms: fc.constantFrom(1, 60, 150) }),
]
const network = [
  steps(14, 'serve', { who }),
  steps(14, 'deliver', { who }),
  steps(8, 'hear', { who }),
  steps(1, 'lose', { who }),
  steps(2, 'connect', { who }),
  steps(1, 'disconnect', { who }),
]

// Long ones: most races need a dozen steps to come about.
const schedules = (kinds: fc.WeightedArbitrary<Step>[]): fc.Arbitrary<Step[]> =>
  fc.array(fc.oneof(...kinds), { minLength: 40, maxLength: 120, size: 'max' })
const options = fc.record({ lock: fc.constantFrom<'local' | 'distributed'>('local', 'distributed'), eagerRefresh: fc.constantFrom(1, 0.5) })

type Versions = Record<Key, number>

/** The truth: the version of each key at its source, and the one that each process must know of. */
class World {
  readonly clock = new ManualClock()
  readonly versions: Versions = { a: 1, b: 1 }
  readonly loads: { readonly finish: () => void; readonly fail: () => void }[] = []
  readonly answers: Promise<void>[] = []
  readonly wrong: string[] = []
  readonly lateSets: { readonly of: Key; readonly version: number }[] = []

  /** A loader reads the source when it starts. */
  readonly load = async (of: Key): Promise<string> => {
    const value = `${of} ${this.versions[of]}`
    return new Promise((resolve, reject) => this.loads.push({ finish: () => resolve(value), fail: () => reject(new Error('load failed')) }))
  }

  /** An answer must be no older than this, unless the load failed. */
  expect(of: Key, answer: Promise<string>, atLeast: () => number): void {
    const before = this.lateSets.length
    const check = (text: string): void => {
      const [name, version] = text.split(' ')
      const late = this.lateSets.slice(before).filter((set) => set.of === of)
      const least = Math.min(atLeast(), ...late.map((set) => set.version))
      if (name !== of || Number(version) < least) this.wrong.push(`${text} instead of ${of} ${least} or later`)
    }
    const onlyLoads = (error: unknown): void => {
      if (!(error instanceof Error && error.message === 'load failed')) this.wrong.push(String(error))
    }
    this.answers.push(answer.then(check, onlyLoads))
  }

  /** Who sets a value while others change it has the last word when that arrives last: from then on it is what there is. */
  setLate(of: Key, version: number, everywhere: readonly Versions[]): void {
    for (const versions of everywhere) versions[of] = version
    this.lateSets.push({ of, version })
  }

  settleLoad(step: Extract<Step, { readonly which: number }>): void {
    const [load] = this.loads.splice(step.which, 1)
    if (step.type === 'fail load') load?.fail()
    else load?.finish()
  }
}

/** One process: a cache in memory in front of its own connections to the Redis of all. */
class Process {
  readonly ask
  /** The versions that its answers must have at least: by its own changes, and by those of others that it has heard of. */
  readonly known: Versions = { a: 1, b: 1 }
  /** The versions that its own changes have made. */
  readonly changed: Versions = { a: 1, b: 1 }
  readonly pending: Record<Key, number> = { a: 0, b: 0 }
  failures = 0
  readonly #world: World

  constructor(world: World, connections: SteppedProcess, settings: Settings) {
    this.#world = world
    connections.note = () => ({ ...this.changed })
    const backend: SharedBackend = {
      name: 'stepped',
      synchronous: false,
      open: (context) => {
        const parts = {
          connection: connections.connection,
          subscriber: connections.subscriber,
          namespace: NAME,
          format,
          deadlineMs: 60_000,
        }
        return { local: new EntryTable(context), shared: new SteppedStorage({ ...parts, codec: context.codec, clock: context.clock }) }
      },
    }
    const times = { ttl: 100, grace: 200, clock: world.clock, l2: { timeout: '1m', breaker: false } } as const
    this.ask = cached(world.load, { name: NAME, backend, tags: ['tag'], ...times, ...settings })
  }

  change(step: Step): void {
    const keys = 'key' in step ? [step.key] : KEYS
    for (const changed of keys) {
      this.#world.versions[changed] += 1
      this.changed[changed] = this.#world.versions[changed]
      this.known[changed] = this.#world.versions[changed]
    }
    if (step.type === 'change') void this.ask.invalidate(step.key)
    if (step.type === 'set') void this.ask.set([step.key], `${step.key} ${this.#world.versions[step.key]}`)
    if (step.type === 'change tag') void this.ask.invalidateTag('tag')
    if (step.type === 'change all') void this.ask.clear()
  }

  /** @param executed what others have changed at the server by now; undefined while it hears of that by itself */
  call(of: Key, executed: Versions | undefined, refresh: boolean): void {
    const { failures } = this
    const own = this.known[of]
    // Without ears it asks the server each time, unless it waits for an older answer anyway, or gets none.
    const least = executed !== undefined && this.pending[of] === 0 ? Math.max(own, executed[of]) : own
    this.pending[of] += 1
    const answer = refresh ? this.ask.refresh(of) : this.ask(of)
    const done = answer.finally(() => (this.pending[of] -= 1))
    this.#world.expect(of, done, () => (this.failures === failures ? least : own))
  }

  learn(versions: Versions, keys: readonly Key[]): void {
    for (const of of keys) this.known[of] = Math.max(this.known[of], versions[of])
  }
}

/** The age of a change is told by the server's time, which a schedule does not move. */
class SteppedStorage extends RedisStorage {
  readonly #madeAt = new Map<string, number>()

  override set(of: string, value: StoredValue, agoMs: number): Promise<void> {
    return super.set(of, value, this.#ago(of, agoMs))
  }

  override delete(of: string, agoMs: number): Promise<void> {
    return super.delete(of, this.#ago(of, agoMs))
  }

  #ago(of: string, agoMs: number): number {
    if (agoMs === 0) this.#madeAt.set(of, performance.now())
    return agoMs === 0 ? 0 : performance.now() - (this.#madeAt.get(of) ?? performance.now())
  }
}

interface Settings {
  readonly lock: 'local' | 'distributed'
  readonly eagerRefresh: number
}

const NAME = 'races'
/** What the script answers that has set a value. */
const SET = 2
const format = new WireFormat(NAME, 'any', undefined)

/** Which keys a message is about. */
function keysOf({ message }: Sent): readonly Key[] {
  const decoded = decodeMessage(message)
  if (decoded?.type === 'tag' || decoded?.type === 'all') return KEYS
  return decoded?.type === 'key' ? KEYS.filter((of) => format.idOf(of) === decoded.id) : []
}

async function runWithRedis(redis: SteppedRedis, list: readonly Step[], settings: Settings): Promise<void> {
  await redis.reset()
  const world = new World()
  const executed: Versions = { a: 1, b: 1 }
  const processes = redis.processes.map((connections) => new Process(world, connections, settings))
  redis.onServed = (published, answer) => {
    for (const sent of published) {
      for (const of of keysOf(sent)) {
        const version = noteOf(sent)[of]
        if (version < executed[of] && answer === SET) world.setLate(of, version, [executed, ...processes.map(({ known }) => known)])
        executed[of] = Math.max(executed[of], version)
      }
    }
  }
  const take = async (step: Step): Promise<void> => {
    if ('which' in step) world.settleLoad(step)
    if (step.type === 'advance') {
      await redis.advance(step.ms)
      world.clock.advance(step.ms)
    }
    if ('who' in step) {
      const [process, connections] = [processes[step.who], redis.processes[step.who]]
      if (process === undefined || connections === undefined) throw new Error('two processes')
      if (step.type === 'call' || step.type === 'refresh')
        process.call(step.key, connections.isConnected ? undefined : executed, step.type === 'refresh')
      if (step.type === 'change' || step.type === 'set' || step.type === 'change tag' || step.type === 'change all') process.change(step)
      if (step.type === 'serve') await redis.serve(connections)
      if (step.type === 'deliver') connections.deliver()
      if (step.type === 'lose' && connections.fail()) process.failures += 1
      if (step.type === 'hear') {
        const sent = connections.hear()
        if (sent !== undefined) process.learn(noteOf(sent), keysOf(sent))
      }
      if (step.type === 'connect' && connections.connect()) process.learn(executed, KEYS)
      if (step.type === 'disconnect') connections.disconnect()
    }
    await quiet()
  }
  for (const step of list) await take(step)
  await drain(redis, world, take)
  // All has been said and done: both know the last version of everything.
  for (const [of, index] of [
    ['a', 0],
    ['a', 1],
    ['b', 0],
    ['b', 1],
  ] as const)
    processes[index]?.call(of, executed, false)
  await drain(redis, world, take)
  await Promise.all(world.answers)
  expect(world.wrong).toEqual([])
}

/** Lets everything that is on its way arrive, and every load end. */
async function drain(redis: SteppedRedis, world: World, take: (step: Step) => Promise<void>): Promise<void> {
  for (const index of [0, 1] as const) await take({ type: 'connect', who: index })
  for (let idle = 0; idle < 3;) {
    const isBusy = redis.processes.some((process) => process.isBusy) || world.loads.length > 0
    for (const index of [0, 1] as const) for (const type of ['serve', 'deliver', 'hear'] as const) await take({ type, who: index })
    await take({ type: 'finish load', which: 0 })
    // Leases end, and changes that could not be made are tried again.
    if (!isBusy) await take({ type: 'advance', ms: 1_100 })
    idle = isBusy ? 0 : idle + 1
  }
}

function noteOf({ note }: Sent): Versions {
  if (typeof note === 'object' && note !== null && 'a' in note && 'b' in note) return { a: Number(note.a), b: Number(note.b) }
  throw new Error('a message without a note')
}

async function runInMemory(list: readonly Step[], settings: Settings): Promise<void> {
  const world = new World()
  const ask = cached(world.load, {
    name: NAME,
    ttl: 100,
    grace: 200,
    tags: ['tag'],
    clock: world.clock,
    eagerRefresh: settings.eagerRefresh,
  })
  for (const step of list) {
    if ('which' in step) world.settleLoad(step)
    if (step.type === 'advance') world.clock.advance(step.ms)
    if (step.type === 'call' || step.type === 'refresh') {
      const least = world.versions[step.key]
      world.expect(step.key, step.type === 'call' ? ask(step.key) : ask.refresh(step.key), () => least)
    }
    if (step.type === 'change' || step.type === 'set') {
      const version = (world.versions[step.key] += 1)
      if (step.type === 'change') ask.invalidate(step.key)
      else ask.set([step.key], `${step.key} ${version}`)
    }
    if (step.type === 'change tag' || step.type === 'change all') {
      for (const of of KEYS) world.versions[of] += 1
      if (step.type === 'change tag') ask.invalidateTag('tag')
      else ask.clear()
    }
    await quiet()
  }
  while (world.loads.length > 0) {
    world.loads.shift()?.finish()
    await quiet()
  }
  await Promise.all(world.answers)
  expect(world.wrong).toEqual([])
}

/** Lets the server know the scripts, so that the same schedule always needs the same commands. */
async function teachScripts(url: string): Promise<void> {
  const cache = createCache<number>({ name: NAME, backend: redisBackend({ url, timeout: '10s' }), lock: 'distributed' })
  await cache.getOrSet({ key: 'a', load: () => 1 })
  await cache.set('a', 1)
  await cache.invalidateTag('tag')
  await cache.close()
}

describe('a call that starts after a change is never given an older value', () => {
  it('in memory', async () => {
    await fc.assert(
      fc.asyncProperty(schedules(local), options, (list, settings) => runInMemory(list, settings)),
      { numRuns: 500 },
    )
  })

  describe('with two processes and a Redis that is slow, loses answers and messages, or comes back', () => {
    const server = useRedis()
    let redis: SteppedRedis | undefined
    beforeAll(async () => {
      await teachScripts(server().url)
      redis = await SteppedRedis.connect(server().url, 2)
    })
    afterAll(() => redis?.disconnect())

    it(
      `in ${RUNS} random schedules`,
      async () => {
        await fc.assert(
          fc.asyncProperty(schedules([...local, ...network]), options, async (list, settings) => {
            if (redis !== undefined) await runWithRedis(redis, list, settings)
          }),
          { numRuns: RUNS },
        )
      },
      30_000 + 100 * RUNS,
    )
  })
})
