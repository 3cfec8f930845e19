import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonSerializer } from '../../../../sdk/src/cache/shared/json-serializer.ts'
import { PlainStorage, type PlainStore } from '../../../../sdk/src/cache/shared/plain-storage.ts'
import type { StoredValue } from '../../../../sdk/src/cache/shared/shared-storage.ts'
import { ValueCodec } from '../../../../sdk/src/cache/shared/value-codec.ts'
import { WireFormat } from '../../../../sdk/src/cache/shared/wire-format.ts'

/** A store of texts, as a map; `ttls` is what it was told of each. */
class MapStore implements PlainStore {
  readonly tier = 'map'
  readonly texts = new Map<string, string>()
  readonly ttls = new Map<string, number>()

  async get(name: string): Promise<string | undefined> {
    return this.texts.get(name)
  }

  async set(name: string, text: string, ttlMs: number): Promise<void> {
    this.texts.set(name, text)
    this.ttls.set(name, ttlMs)
  }
}

const FOREVER = Number.POSITIVE_INFINITY
const MONTH_MS = 30 * 86_400_000
const codec = new ValueCodec({ serializer: jsonSerializer, compressAbove: FOREVER, version: '' })

function stored(value: unknown, { freshMs = 1_000, servedMs = freshMs, tags = [] }: Partial<StoredValue> = {}): StoredValue {
  return { value, freshMs, servedMs, loadMs: 7, tags }
}

/** A store, the wall clock, and storages of two processes on them. */
function open(namespace: string = 'hotels') {
  const store = new MapStore()
  const wall = { ms: 1_700_000_000_000 }
  const process = (): PlainStorage =>
    new PlainStorage(store, {
      namespace,
      format: new WireFormat(namespace, codec.id, undefined),
      codec,
      deadlineMs: 100,
      wallTime: () => wall.ms,
    })
  return { store, wall, here: process(), there: process() }
}

/** Begins a load: what is told to `write` when it ends. */
async function begin(storage: PlainStorage, key: string): Promise<string> {
  return (await storage.read(key, 0)).token
}

describe('a plain storage, values', () => {
  it('gives another process what was stored, with the time that it has left', async () => {
    const { wall, here, there } = open()
    expect(await here.write('a', stored({ stars: 3 }, { freshMs: 1_000, servedMs: 5_000, tags: ['t'] }), await begin(here, 'a'))).toBe(
      'stored',
    )
    wall.ms += 400
    const { found } = await there.read('a', 0)
    expect(found).toEqual({ value: { stars: 3 }, freshMs: 600, servedMs: 4_600, loadMs: 7, tags: ['t'] })
  })

  it('gives a stale value as such, and nothing once that time is over too', async () => {
    const { wall, here } = open()
    await here.set('a', stored(1, { freshMs: 1_000, servedMs: 5_000 }), 0)
    wall.ms += 1_500
    expect((await here.read('a', 0)).found).toMatchObject({ value: 1, freshMs: -500, servedMs: 3_500 })
    wall.ms += 3_500
    expect((await here.read('a', 0)).found).toBeUndefined()
  })

  it('gives for ever what lives for ever, and has the store keep it for a month', async () => {
    const { store, here } = open()
    await here.set('a', stored(1, { freshMs: FOREVER }), 0)
    expect((await here.read('a', 0)).found).toMatchObject({ freshMs: FOREVER, servedMs: FOREVER })
    expect(Math.max(...store.ttls.values())).toBe(MONTH_MS)
  })

  it('tells null from nothing', async () => {
    const { here } = open()
    expect((await here.read('a', 0)).found).toBeUndefined()
    await here.set('a', stored(null), 0)
    expect((await here.read('a', 0)).found).toMatchObject({ value: null })
  })

  it('refuses what the serializer does not carry', async () => {
    const { store, here } = open()
    expect(await here.write('a', stored(new Map()), await begin(here, 'a'))).toBe('not serializable')
    await expect(here.set('a', stored(new Map()), 0)).rejects.toThrow(expect.objectContaining({ name: 'StorageRefusal' }))
    expect(store.texts.size).toBe(0)
  })

  it('takes no text that it has not written, whatever it is', async () => {
    const { store, here } = open()
    await here.set('a', stored('mine'), 0)
    const [name = ''] = store.texts.keys()
    const text = fc.oneof(
      fc.string(),
      fc.string().map((body) => `e 1 99999999999999 ${body}`),
      fc.base64String().map((body) => `e 1 99999999999999 ${body}`),
    )
    await fc.assert(
      fc.asyncProperty(text, async (foreign) => {
        store.texts.set(name, foreign)
        expect((await here.read('a', 0)).found).toBeUndefined()
      }),
    )
  })

  it('gives the store names and times that any can take, and no text that looks like JSON', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1 }),
        fc.string(),
        fc.double({ min: 0.001, max: 1e300, noNaN: true }),
        async (namespace, key, ms) => {
          const { store, here } = open(namespace)
          await here.set(key, stored(1, { freshMs: ms, tags: [here.tagId(key)] }), 0)
          await here.deleteTag(here.tagId(key))
          await here.clear()
          await here.delete(key, 0)
          for (const name of store.texts.keys()) expect(name).toMatch(/^[A-Za-z0-9:_-]+$/)
          for (const ttl of store.ttls.values()) expect(Number.isInteger(ttl) && ttl >= 1 && ttl <= MONTH_MS).toBe(true)
          for (const given of store.texts.values()) expect(given).toMatch(/^(?:[ev] |gone$)/)
        },
      ),
    )
  })

  it('never mixes two namespaces', async () => {
    const different = fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })).filter(([one, other]) => one !== other)
    await fc.assert(
      fc.asyncProperty(different, async ([one, other]) => {
        const names = await Promise.all(
          [one, other].map(async (namespace) => {
            const { store, here } = open(namespace)
            await here.set('a', stored(1), 0)
            await here.clear()
            return [...store.texts.keys()]
          }),
        )
        expect(new Set(names.flat()).size).toBe(names.flat().length)
      }),
    )
  })
})

describe('a plain storage, loads that something meets', () => {
  it('does not store a load that began before its key was invalidated, and stores one that began after', async () => {
    const { here, there } = open()
    const before = await begin(here, 'a')
    await there.delete('a', 0)
    const after = await begin(here, 'a')
    expect(await here.write('a', stored('old'), before)).toBe('outdated')
    expect((await there.read('a', 0)).found).toBeUndefined()
    expect(await here.write('a', stored('new'), after)).toBe('stored')
    expect((await there.read('a', 0)).found?.value).toBe('new')
  })

  it('tells two invalidations in the same millisecond apart', async () => {
    const { here, there } = open()
    await here.delete('a', 0)
    const between = await begin(there, 'a')
    await here.delete('a', 0)
    expect(await there.write('a', stored('old'), between)).toBe('outdated')
    const again = await begin(here, 'a')
    await there.delete('a', 0)
    expect(await here.write('a', stored('old'), again)).toBe('outdated')
  })

  it('does not store a load that began before a value was set, though its time is over by then', async () => {
    const { wall, here, there } = open()
    const before = await begin(here, 'a')
    await there.set('a', stored('set', { freshMs: 10 }), 0)
    wall.ms += 60_000
    expect((await here.read('a', 0)).found).toBeUndefined()
    expect(await here.write('a', stored('old'), before)).toBe('outdated')
  })

  it('does not store a load that took longer than a change is remembered', async () => {
    const { store, wall, here, there } = open()
    const token = await begin(here, 'a')
    await there.delete('a', 0)
    wall.ms += 3_600_001
    store.texts.clear()
    expect(await here.write('a', stored('old'), token)).toBe('outdated')
  })

  it('stores a load of which the old value has gone meanwhile', async () => {
    const { store, here } = open()
    await here.set('a', stored('old'), 0)
    const token = (await here.read('a', FOREVER)).token
    store.texts.clear()
    expect(await here.write('a', stored('new'), token)).toBe('stored')
  })
})

describe('a plain storage, tags', () => {
  it('invalidates what has the tag, and nothing else', async () => {
    const { here, there } = open()
    const rome = here.tagId('Rome')
    await here.set('a', stored(1, { tags: [here.tagId('Oslo'), rome] }), 0)
    await here.set('b', stored(2, { tags: [here.tagId('Oslo')] }), 0)
    await there.deleteTag(rome)
    expect([(await here.read('a', 0)).found, (await here.read('b', 0)).found?.value]).toEqual([undefined, 2])
  })

  it('does not serve what was loading for the tag by then, and serves what is loaded after', async () => {
    const { wall, here, there } = open()
    const tags = [here.tagId('Rome')]
    const token = await begin(here, 'a')
    await there.deleteTag(here.tagId('Rome'))
    await here.write('a', stored('old', { tags }), token)
    expect((await here.read('a', 0)).found).toBeUndefined()
    wall.ms -= 5_000
    await here.write('a', stored('new', { tags }), await begin(here, 'a'))
    expect((await there.read('a', 0)).found?.value).toBe('new')
  })

  it('takes a key that is named like a tag for a key', async () => {
    const { here } = open()
    await here.set('tag:Rome', stored('key', { tags: [here.tagId('Rome')] }), 0)
    expect((await here.read('tag:Rome', 0)).found?.value).toBe('key')
    await here.deleteTag(here.tagId('Rome'))
    expect((await here.read('tag:Rome', 0)).found).toBeUndefined()
    await here.set('tag:Rome', stored('again', { tags: [here.tagId('Rome')] }), 0)
    expect((await here.read('tag:Rome', 0)).found?.value).toBe('again')
  })

  it('does not load again and again when of two invalidations at a time the earlier one is written last', async () => {
    const { store, here, there } = open()
    const tags = [here.tagId('Rome')]
    await here.deleteTag(here.tagId('Oslo'))
    const [name, version] = [...store.texts].find(([known]) => known.endsWith('last')) ?? ['', '']
    await there.deleteTag(here.tagId('Rome'))
    store.texts.set(name, version)
    expect(await here.write('a', stored('one', { tags }), await begin(here, 'a'))).toBe('outdated')
    await here.write('a', stored('two', { tags }), await begin(here, 'a'))
    expect((await here.read('a', 0)).found?.value).toBe('two')
  })
})

describe('a plain storage, everything', () => {
  it('is cleared with the loads that run, and not in other namespaces', async () => {
    const { store, wall, here, there } = open()
    const other = new PlainStorage(store, {
      namespace: 'flights',
      format: new WireFormat('flights', codec.id, undefined),
      codec,
      deadlineMs: 100,
      wallTime: () => wall.ms,
    })
    await Promise.all([here.set('a', stored(1), 0), other.set('a', stored(2), 0)])
    const token = await begin(here, 'b')
    await there.clear()
    await here.write('b', stored('old'), token)
    expect([(await here.read('a', 0)).found, (await here.read('b', 0)).found]).toEqual([undefined, undefined])
    expect((await other.read('a', 0)).found?.value).toBe(2)
    await here.write('b', stored('new'), await begin(here, 'b'))
    expect((await here.read('b', 0)).found?.value).toBe('new')
  })
})

describe('a plain storage, changes that an outage has held up', () => {
  it('leave what is newer, and replace what is older', async () => {
    const { wall, here, there } = open()
    await there.set('a', stored('newer'), 0)
    await here.set('a', stored('held up'), 500)
    await here.delete('a', 500)
    expect((await here.read('a', 0)).found?.value).toBe('newer')
    wall.ms += 600
    await here.set('a', stored('held up'), 500)
    expect((await here.read('a', 0)).found?.value).toBe('held up')
    wall.ms += 600
    await here.delete('a', 500)
    expect((await here.read('a', 0)).found).toBeUndefined()
  })
})

/** A store whose answers come, and whose changes are made, in whatever order a schedule says. */
class ScheduledStore extends MapStore {
  readonly #schedule: fc.Scheduler

  constructor(schedule: fc.Scheduler) {
    super()
    this.#schedule = schedule
  }

  override async get(name: string): Promise<string | undefined> {
    await this.#schedule.schedule(Promise.resolve(), `get ${name}`)
    return super.get(name)
  }

  override async set(name: string, text: string, ttlMs: number): Promise<void> {
    await this.#schedule.schedule(Promise.resolve(), `set ${name}`)
    return super.set(name, text, ttlMs)
  }
}

describe('a plain storage, in any order of events', () => {
  it('makes the changes of a key in the order in which one process asked for them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), async (schedule, sets) => {
        const format = new WireFormat('order', codec.id, undefined)
        const storage = new PlainStorage(new ScheduledStore(schedule), {
          namespace: 'order',
          format,
          codec,
          deadlineMs: 100,
          wallTime: () => 1.7e12,
        })
        const changes = sets.map((isSet, index) => (isSet ? storage.set('a', stored(index), 0) : storage.delete('a', 0)))
        await schedule.waitIdle()
        await Promise.all(changes)
        const looked = storage.read('a', 0)
        await schedule.waitIdle()
        expect((await looked).found?.value).toBe(sets.at(-1) === true ? sets.length - 1 : undefined)
      }),
      { numRuns: 500 },
    )
  })

  it('never serves what was loaded or set before an invalidation that is over', async () => {
    const step = fc.record({
      act: fc.constantFrom('load', 'load', 'look', 'look', 'delete', 'tag', 'clear', 'set'),
      process: fc.nat({ max: 1 }),
      skewMs: fc.nat({ max: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 12 }), async (schedule, steps) => {
        const store = new ScheduledStore(schedule)
        const wall = { ms: 1_700_000_000_000 }
        const storages = [0, 1].map((late) => {
          const format = new WireFormat('races', codec.id, undefined)
          return new PlainStorage(store, { namespace: 'races', format, codec, deadlineMs: 100, wallTime: () => wall.ms - late })
        })
        // The source counts; what is served must not be older than it was when the last invalidation that is over began. What
        // was being set at that moment may as well have come after it.
        let source = 0
        let atLeast = 0
        const beingSet = new Set<number>()
        const excused = new Map<number, number>()
        const failures: string[] = []
        const run = async (act: string, storage: PlainStorage): Promise<void> => {
          const tags = [storage.tagId('t')]
          if (act === 'load') {
            const { token } = await storage.read('a', FOREVER)
            const value = source
            await schedule.schedule(Promise.resolve(), 'load')
            await storage.write('a', stored(value, { freshMs: 60_000, tags }), token)
          } else if (act === 'look') {
            const expected = atLeast
            const { found } = await storage.read('a', 0)
            const value = Number(found?.value ?? FOREVER)
            if (value < expected && (excused.get(value) ?? 0) < expected) failures.push(`${value} for ${expected}`)
          } else {
            const changed = ++source
            const meanwhile = [...beingSet]
            if (act === 'set') beingSet.add(changed)
            if (act === 'set') await storage.set('a', stored(changed, { freshMs: 60_000, tags }), 0)
            else if (act === 'delete') await storage.delete('a', 0)
            else if (act === 'tag') await storage.deleteTag(storage.tagId('t'))
            else await storage.clear()
            beingSet.delete(changed)
            for (const value of meanwhile) excused.set(value, Math.max(changed, excused.get(value) ?? 0))
            atLeast = Math.max(atLeast, changed)
          }
        }
        const running: Promise<void>[] = []
        for (const { act, process, skewMs } of steps) {
          const storage = storages[process]
          if (storage !== undefined) running.push(run(act, storage))
          wall.ms += skewMs
          if (schedule.count() > 0) await schedule.waitNext(1)
        }
        await schedule.waitIdle()
        await Promise.all(running)
        const last = Promise.all(storages.map((storage) => run('look', storage)))
        await schedule.waitIdle()
        await last
        expect(failures).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })
})
