import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { redis as redisBackend } from '../../../../sdk/src/cache/backends/redis.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { observe } from '../../../../sdk/src/cache/observed/observe.ts'
import { RedisObserver } from '../../../../sdk/src/cache/observed/redis-observer.ts'
import { cache as contract, reuse } from '../../../../sdk/src/contract/index.ts'
import { ManualClock } from '../../../support/clock.ts'
import { collected, total } from '../../../support/collected.ts'
import { useRedis } from '../../../support/redis.ts'

const server = useRedis()
const name = 'src/policy.ts:12'
let clock: ManualClock
let place: number | undefined
let redis: Redis
let stop = () => {}

beforeEach(async () => {
  clock = new ManualClock()
  place = 12
  redis = new Redis(server().url)
  await redis.ping()
  stop = observe(new RedisObserver(clock, () => (place === undefined ? undefined : { file: 'src/policy.ts', line: place })))
})
afterEach(() => {
  stop()
  redis.disconnect()
})

const requests = (result: string, of: string = name) =>
  total(contract.requests, { 'pitwall.cache.name': of, 'pitwall.cache.backend': 'redis', 'pitwall.cache.result': result }) ?? 0
const loads = (of: string = name) => total(contract.loadDuration, { 'pitwall.cache.name': of }) ?? 0
const followed = (of: string = name) => total(reuse.distance, { 'pitwall.subject': of }) ?? 0
/** Names of all caches that are counted, but for the SDK's own, which stay for the life of the process. */
const names = () =>
  [...new Set(collected(contract.requests, {}).map(({ attributes }) => attributes['pitwall.cache.name']))].filter(
    (found) => found !== 'ours',
  )

describe('reads from Redis', () => {
  it('are hits and misses by their answer, at the tier redis, and their keys are followed', async () => {
    await redis.get('policy:1')
    await redis.set('policy:1', '')
    await redis.get('policy:1')
    await redis.getBuffer('policy:1')
    await redis.getex('policy:1', 'EX', 60)
    await redis.call('GET', 'policy:1')
    expect([requests('miss'), requests('hit')]).toEqual([1, 4])
    expect(total(contract.requests, { 'pitwall.cache.name': name, 'pitwall.cache.tier': 'redis' })).toBe(5)
    expect(followed()).toBe(5)
    expect(collected(contract.entryLimit, { 'pitwall.cache.name': name })).toEqual([])
  })

  it('in a pipeline count one by one, and those in a transaction do not, because they are answered later', async () => {
    await redis.set('policy:1', 'x')
    await redis.pipeline().get('policy:1').get('policy:2').exec()
    await redis.multi().get('policy:1').get('policy:2').exec()
    expect([requests('hit'), requests('miss')]).toEqual([1, 1])
    expect(followed()).toBe(2)
  })

  it('that fail are errors, and reach the agent untouched', async () => {
    await redis.lpush('policy:1', 'x')
    await expect(redis.get('policy:1')).rejects.toThrow('WRONGTYPE')
    expect([requests('error'), requests('miss')]).toEqual([1, 0])
  })

  it('of keys that ioredis does not tell, and other commands, are not counted', async () => {
    await redis.mget('policy:1', 'policy:2')
    await redis.hget('policy:1', 'field')
    await redis.hmget('policy:1', 'field')
    await redis.exists('policy:1')
    await redis.incr('visits')
    await redis.del('policy:1')
    expect(names()).toEqual([])
  })

  it('by the SDK’s own backend are not counted twice', async () => {
    const cache = createCache<number>({ name: 'ours', backend: redisBackend({ url: server().url }) })
    await cache.get('a')
    await cache.set('a', 1)
    expect(await cache.get('a')).toBe(1)
    expect(names()).toEqual([])
    expect([requests('miss', 'ours'), requests('hit', 'ours'), followed('ours')]).toEqual([1, 1, 2])
    await cache.close()
  })
})

describe('loads of what Redis did not have', () => {
  it('last from the answer until the key is set, whichever command sets it', async () => {
    for (const [key, set] of [
      ['policy:1', () => redis.set('policy:1', 'x', 'EX', 60)],
      ['policy:2', () => redis.setex('policy:2', 60, 'x')],
      ['policy:3', () => redis.psetex('policy:3', 60_000, 'x')],
    ] as const) {
      await redis.get(key)
      clock.advance(40)
      await set()
    }
    const [point] = collected(contract.loadDuration, { 'pitwall.cache.name': name })
    expect(point?.value).toMatchObject({ count: 3, sum: expect.closeTo(0.12) })
  })

  it('are none where a key is set that was not asked for', async () => {
    await redis.set('policy:1', 'x')
    await redis.get('policy:1')
    await redis.set('policy:1', 'y')
    expect(loads()).toBe(0)
  })
})

describe('the name of a cache in Redis', () => {
  it('is the place that first read a kind of key: kinds differ in what comes before the last colon, and not in numbers', async () => {
    await redis.get('tenant:17:policy:1')
    place = 34
    await redis.get('tenant:18:policy:2')
    await redis.get('tenant:18:rate:2')
    expect(names()).toEqual(['src/policy.ts:12', 'src/policy.ts:34'])
    expect([requests('miss'), requests('miss', 'src/policy.ts:34')]).toEqual([2, 1])
  })

  it('is one for all users whose names keys begin with, and shows none of them', async () => {
    for (const user of ['alice@example.com', 'bob', 'carol']) await redis.get(`${user}:profile`)
    await redis.get('dora')
    expect(names()).toEqual([name])
    const exported = JSON.stringify(collected(contract.requests, {}).concat(collected(reuse.distance, {})))
    expect(exported).not.toMatch(/alice|bob|carol|dora|profile/)
  })

  it('is the server and the database while the place cannot be told, and then the place', async () => {
    place = undefined
    await redis.get('policy:1')
    place = 12
    await redis.get('policy:1')
    expect(names()).toEqual([`${new URL(server().url).host}/0`, name])
  })

  it('stays bounded where keys have endless kinds', async () => {
    await Promise.all(Array.from({ length: 1_200 }, (_, index) => redis.get(`user${'x'.repeat(index % 600)}:${index}`)))
    // Where there is no time to look for the place of each, they go by the server.
    const host = `${new URL(server().url).host}/0`
    expect(names().toSorted()).toEqual([host, name])
    expect(requests('miss') + requests('miss', host)).toBe(1_200)
  })
})

describe('an observer of ioredis', () => {
  it.each([undefined, null, 'text', {}, { command: 'get' }, { command: 'get', args: [] }, { command: 'get', args: 'a' }])(
    'is not disturbed by %j on its channels',
    (message) => {
      const { listeners } = new RedisObserver(clock)
      for (const listener of Object.values(listeners)) expect(() => listener(message)).not.toThrow()
    },
  )

  /** What an observer has counted once all its listeners have heard of this message. */
  function countedOf(message: object): string[] {
    const observer = new RedisObserver(clock, () => undefined)
    for (const listener of Object.values(observer.listeners)) listener(message)
    const named: string[] = []
    const write = (_metric: unknown, attributes: { readonly 'pitwall.cache.name'?: unknown }) =>
      void named.push(String(attributes['pitwall.cache.name']))
    observer.caches.collect({ number: write, histogram: write })
    return named
  }

  it('does not take a key that is hidden for a key', () => {
    expect(countedOf({ command: 'get', args: ['?'], result: null })).toEqual([])
  })

  it('names a server by its socket where it has no port', () => {
    const message = {
      command: 'get',
      args: ['policy:1'],
      database: 2,
      serverAddress: '/run/redis.sock',
      serverPort: undefined,
      result: null,
    }
    expect(countedOf(message)).toContain('/run/redis.sock/2')
  })

  it('hears nothing once it has ended', async () => {
    const running = redis.get('policy:1')
    stop()
    await running
    await redis.get('policy:1')
    expect(collected(contract.requests, { 'pitwall.cache.name': name })).toEqual([])
  })
})
