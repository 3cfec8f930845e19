import { AsyncLocalStorage } from 'node:async_hooks'
import { diag, DiagLogLevel } from '@opentelemetry/api'
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest'
import { redis } from '../../../../sdk/src/cache/backends/redis.ts'
import { getCache } from '../../../../sdk/src/cache/create-cache.ts'
import { plainBackend } from '../../../../sdk/src/cache/plain-backend.ts'
import { ResponseCache, type ResponseCacheOptions } from '../../../../sdk/src/cache/presets/response-cache.ts'
import type { StandardSchema } from '../../../../sdk/src/cache/options/standard-schema.ts'
import { cache as contract } from '../../../../sdk/src/contract/index.ts'
import { ManualClock } from '../../../support/clock.ts'
import { total } from '../../../support/collected.ts'
import { eventually } from '../../../support/eventually.ts'
import { useRedis } from '../../../support/redis.ts'

let serial = 0
const unique = (): string => `responses-${++serial}`

interface Chat {
  readonly model: string
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  readonly temperature?: number
  readonly seed?: number
  readonly stream?: boolean
}

const messages = [{ role: 'user', content: 'Where to?' }]
const ask: Chat = { model: 'm-2026-01-01', messages, temperature: 0 }

/** A cache, and a model behind it that numbers its answers. */
function open(options: Partial<ResponseCacheOptions> = {}) {
  let calls = 0
  const responses = new ResponseCache({ name: unique(), scope: 'shared', ...options })
  const chat = responses.wrap(async function chat({ model }: Chat) {
    return { text: `${model} ${++calls}` }
  })
  return { responses, chat, calls: () => calls }
}

describe('ResponseCache, answers of language models', () => {
  it('gives the same answer to the same request', async () => {
    const { responses, chat, calls } = open()
    expect(await chat(ask)).toEqual({ text: 'm-2026-01-01 1' })
    expect(await chat({ temperature: 0, messages, model: 'm-2026-01-01' })).toEqual({ text: 'm-2026-01-01 1' })
    expectTypeOf(chat).returns.toEqualTypeOf<Promise<{ text: string }>>()
    expect(calls()).toBe(1)
    expect(responses.stats()).toMatchObject({ hits: 1, misses: 1, bypassed: 0 })
  })

  it.each([
    ['model', { model: 'm-2026-02-02' }],
    ['message', { messages: [{ role: 'user', content: 'Where from?' }] }],
    ['role', { messages: [{ role: 'system', content: 'Where to?' }] }],
    ['seed', { seed: 1 }],
    ['setting of which we know nothing', { reasoning: { effort: 'low' } }],
  ])('never gives it to a request with another %s', async (_what, other) => {
    const { chat, calls } = open()
    await chat(ask)
    await chat({ ...ask, ...other })
    expect(calls()).toBe(2)
  })

  it.each([
    ['a temperature', { temperature: 0.7 }],
    ['a stream', { stream: true }],
  ])('runs a request with %s uncached, and counts it as such', async (_what, other) => {
    const { responses, chat, calls } = open()
    const request = { ...ask, ...other }
    await Promise.all([chat(request), chat(request)])
    expect(calls()).toBe(2)
    expect(await chat.peek(request)).toBeUndefined()
    expect(responses.stats()).toMatchObject({ bypassed: 2, misses: 0, entries: 0 })
    expect(total(contract.requests, { 'pitwall.cache.name': responses.cache.name, 'pitwall.cache.result': 'bypass' })).toBe(2)
  })

  it('keeps nothing of such a request by hand either', async () => {
    const { responses, chat } = open()
    const request = { ...ask, temperature: 1 }
    await chat.refresh(request)
    expect(responses.stats().entries).toBe(0)
    expect(() => chat.set([request], { text: 'mine' })).toThrow(/^the arguments of set must be such that they make a key/)
  })

  it('takes your word for what may be cached, but for streams', async () => {
    const { chat, calls } = open({ cacheable: ({ model }: Chat) => model === 'm' })
    for (const request of [{ ...ask, model: 'm', temperature: 1 }, ask, { ...ask, model: 'm', stream: true }]) {
      await chat(request)
      await chat(request)
    }
    expect(calls()).toBe(5)
  })

  describe('that run uncached', () => {
    const lines: string[] = []
    afterEach(() => diag.disable())

    it('are explained once', async () => {
      diag.setLogger({ error() {}, warn: (line) => void lines.push(line), info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
      const { responses, chat } = open()
      lines.length = 0
      for (let call = 0; call < 3; call++) await chat({ model: 'm', messages })
      expect(lines).toEqual([
        `some calls of '${responses.cache.name}' run uncached, because they have no temperature and no seed; \`cacheable\` can decide otherwise.`,
      ])
    })
  })
})

describe('ResponseCache, scopes', () => {
  it('has to be told whom answers are for', () => {
    const options = { name: unique() }
    expect(() => Reflect.construct(ResponseCache, [options])).toThrow(
      expect.objectContaining({
        name: 'OptionError',
        message:
          "scope must be a function that returns whom an answer is for, or 'shared' where everybody may be given the same, got undefined.",
      }),
    )
  })

  it('gives no answer to another tenant, from the arguments or from the context of the call', async () => {
    const tenant = new AsyncLocalStorage<string>()
    const { chat, calls } = open({ scope: () => tenant.getStore() })
    for (const name of ['acme', 'globex', 'acme']) await tenant.run(name, () => chat(ask))
    expect(calls()).toBe(2)
    const responses = new ResponseCache({ name: unique(), scope: (_query: string, user: string) => user })
    const search = responses.wrap(async (query: string, user: string) => `${query} for ${user}`)
    expect([await search('hotels', 'acme'), await search('hotels', 'globex')]).toEqual(['hotels for acme', 'hotels for globex'])
  })

  it('refuses a call whose tenant is not known', async () => {
    const { chat, calls } = open({ scope: () => undefined })
    await expect(chat(ask)).rejects.toThrow(expect.objectContaining({ name: 'MissingScopeError' }))
    expect(calls()).toBe(0)
  })
})

describe('ResponseCache, time', () => {
  it('gives an answer for an hour, and for a day after it while the new one is loaded behind it', async () => {
    const clock = new ManualClock()
    const { responses, chat, calls } = open({ clock })
    await chat(ask)
    clock.advance(3_599_999)
    expect(await chat(ask)).toEqual({ text: `${ask.model} 1` })
    clock.advance(1)
    expect(await chat(ask)).toEqual({ text: `${ask.model} 1` })
    expect(calls()).toBe(2)
    expect(await chat(ask)).toEqual({ text: `${ask.model} 2` })
    clock.advance(25 * 3_600_000)
    expect(await chat(ask)).toEqual({ text: `${ask.model} 3` })
    expect(responses.stats()).toMatchObject({ stale: 1, misses: 2, hits: 2 })
  })

  it('gives the old answer while the source is down, and its error when there is none', async () => {
    const clock = new ManualClock()
    let down = false
    const responses = new ResponseCache({ name: unique(), scope: 'shared', ttl: '1m', clock })
    const fetchRate = responses.wrap(async (currency: string) => {
      if (down) throw new RangeError('503')
      return `${currency} 1.09`
    })
    await fetchRate('EUR')
    down = true
    clock.advance(60_000)
    expect(await fetchRate('EUR')).toBe('EUR 1.09')
    await expect(fetchRate('CHF')).rejects.toThrow('503')
    await expect(fetchRate('CHF')).rejects.toThrow('503')
    expect(responses.stats().loadErrors).toBe(3)
  })

  it('gives an error again only where `errorTtl` says so', async () => {
    let calls = 0
    const responses = new ResponseCache({ name: unique(), scope: 'shared', errorTtl: '1m' })
    const search = responses.wrap(async () => {
      calls += 1
      throw new RangeError('no such index')
    })
    for (let call = 0; call < 3; call++) await expect(search()).rejects.toThrow('no such index')
    expect(calls).toBe(1)
  })
})

describe('ResponseCache, answers that are refused', () => {
  const complete: StandardSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (answer) => (JSON.stringify(answer).includes('stop') ? {} : { issues: [{ message: 'cut off' }] }),
    },
  }

  it('go to their caller and not into the cache', async () => {
    const reasons = ['length', 'stop', 'length']
    const responses = new ResponseCache({ name: unique(), scope: 'shared', validate: complete })
    const chat = responses.wrap(async (_request: Chat) => ({ finish_reason: reasons.shift() }))
    const answers = [await chat(ask), await chat(ask), await chat(ask)]
    expect(answers.map(({ finish_reason }) => finish_reason)).toEqual(['length', 'stop', 'stop'])
  })
})

describe('ResponseCache, several functions', () => {
  it('tells their entries apart, and counts and bounds them together', async () => {
    const responses = new ResponseCache({ name: unique(), scope: 'shared', maxEntries: 2 })
    const hotels = responses.wrap(async function hotels(city: string) {
      return `hotels in ${city}`
    })
    const flights = responses.wrap(async (city: string) => `flights to ${city}`, { name: 'flights', tags: (city) => [city] })
    expect([await hotels('Rome'), await flights('Rome')]).toEqual(['hotels in Rome', 'flights to Rome'])
    expect([await hotels('Rome'), await flights('Rome')]).toEqual(['hotels in Rome', 'flights to Rome'])
    expect(responses.stats()).toMatchObject({ hits: 2, misses: 2, entries: 2 })
    void responses.invalidateTag('Rome')
    expect([await hotels.peek('Rome'), await flights.peek('Rome')]).toEqual(['hotels in Rome', undefined])
    await hotels('Oslo')
    await hotels('Bonn')
    expect([...responses.entries()]).toHaveLength(2)
    void responses.clear()
    expect(responses.stats().entries).toBe(0)
  })

  it('does not take two of one name, whose answers would be taken for each other’s', () => {
    const responses = new ResponseCache({ name: 'two-of-a-name', scope: 'shared' })
    const search = async (city: string): Promise<string> => city
    responses.wrap(search)
    responses.wrap(search)
    expect(() => responses.wrap(async (city: string) => `${city}!`, { name: 'search' })).toThrow(
      "name must be a string that no other function behind cache 'two-of-a-name' has, got 'search'.",
    )
  })

  it('keeps `this`, and takes a key of yours', async () => {
    const responses = new ResponseCache({ name: unique(), scope: 'shared' })
    const client = {
      base: 'https://example.org',
      get: responses.wrap(
        async function get(this: { base: string }, path: string, _traceId: string) {
          return `${this.base}${path}`
        },
        { key: (path) => path },
      ),
    }
    expect(await client.get('/a', 'one')).toBe('https://example.org/a')
    await client.get('/a', 'other')
    expect(responses.stats().hits).toBe(1)
  })
})

describe('ResponseCache, shared between processes', () => {
  const server = useRedis()

  it('loads once for all, and answers from memory then', async () => {
    const name = unique()
    const answer = Promise.withResolvers<string>()
    let calls = 0
    let [probes, round] = [0, 0]
    const agents = Array.from({ length: 2 }, () => {
      const responses = new ResponseCache({ name, scope: 'shared', back: redis({ url: server().url }) })
      const load = async (_city: string) => (calls++, answer.promise)
      const probe = responses.wrap(async (_round: number) => ++probes, { name: 'probe' })
      return { responses, probe, search: responses.wrap(load, { name: 'search' }) }
    })
    // On a busy machine the first connection may take longer than a cache waits for it, and each agent then loads for itself.
    await eventually('the store to answer both', async () => {
      probes = 0
      round++
      for (const { probe } of agents) await probe(round)
      return probes === 1
    })
    const answers = Promise.all(agents.flatMap(({ search }) => [search('Rome'), search('Rome')]))
    await eventually('a load', () => calls === 1)
    answer.resolve('hotels')
    expect(await answers).toEqual(['hotels', 'hotels', 'hotels', 'hotels'])
    expect(calls).toBe(1)
    const hits = { 'pitwall.cache.name': name, 'pitwall.cache.tier': 'memory', 'pitwall.cache.result': 'hit' }
    await eventually('an answer from memory', async () => {
      expect(await agents[1]?.search('Rome')).toBe('hotels')
      return (total(contract.requests, hits) ?? 0) > 0
    })
    await Promise.all(agents.map(({ responses }) => responses.close()))
  })

  describe('on a store without locks', () => {
    const lines: string[] = []
    afterEach(() => diag.disable())

    it('asks for none', async () => {
      diag.setLogger({ error() {}, warn: (line) => void lines.push(line), info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
      lines.length = 0
      const back = plainBackend({ tier: 'map', get: async () => undefined, set: async () => {} })
      const search = new ResponseCache({ name: unique(), scope: 'shared', back }).wrap(async (city: string) => city, { name: 'search' })
      expect(await search('Rome')).toBe('Rome')
      expect(lines).toEqual([])
    })
  })

  it('keeps the answers of two functions apart there', async () => {
    await using responses = new ResponseCache({ name: unique(), scope: 'shared', back: redis({ url: server().url }) })
    const hotels = responses.wrap(async (_city: string) => 'hotels', { name: 'hotels' })
    const flights = responses.wrap(async (_city: string) => 'flights', { name: 'flights' })
    expect([await hotels('Rome'), await flights('Rome')]).toEqual(['hotels', 'flights'])
  })
})

describe('ResponseCache, seen from outside', () => {
  it('is found by its name', () => {
    const { responses } = open()
    expect(getCache(responses.cache.name)).toBe(responses.cache)
  })

  it.each([
    [{ name: '' }, "name must be a string of at least one character, got ''."],
    [{ ttl: 0 }, "ttl must be a positive number of milliseconds or a string like '30s', '5m' or '1h', got 0."],
    [{ scope: 'all' }, /^scope must be a function .* or 'shared' .*, got 'all'\.$/],
    [{ backend: 'memory' }, /^an option of ResponseCache must be one of .*back, cacheable, got 'backend'\.$/],
    [{ cacheable: true }, 'cacheable must be a function, got true.'],
    [{ back: {} }, 'back must be a shared backend, such as redis({ url }), got an object.'],
  ])('says in one sentence what is wrong with %o', (options, sentence) => {
    const wrong = { name: unique(), scope: 'shared', ...options }
    expect(() => Reflect.construct(ResponseCache, [wrong])).toThrow(expect.objectContaining({ name: 'OptionError' }))
    expect(() => Reflect.construct(ResponseCache, [wrong])).toThrow(sentence)
  })
})
