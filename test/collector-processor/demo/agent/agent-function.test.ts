import { expect, test } from 'vitest'
import { agentFunction, cacheLimits, setting } from '../../../../collector-processor/src/demo/agent/agent-function.ts'

test('a change exchanges the function, with its settings', () => {
  const search = agentFunction(
    (key) => `slow ${key}`,
    (change) => (key) => `${setting(change, 'maxEntries', 0)} ${key}`,
  )
  expect(search.call('a')).toBe('slow a')
  search.apply({ maxEntries: 5 })
  expect(search.call('a')).toBe('5 a')
})

test('a function without a cache has no statistics of one', () => {
  expect(agentFunction(String, () => String).cacheStats()).toBeUndefined()
})

test('a setting that the change does not name stays as it was', () => {
  expect(setting({ ttlSeconds: 4 }, 'maxEntries', 10)).toBe(10)
  expect(setting({ maxEntries: 'many' }, 'maxEntries', 10)).toBe(10)
  expect(cacheLimits({ ttlSeconds: 4 })).toEqual({ maxEntries: 100_000, ttl: 4_000 })
  expect(cacheLimits({}).ttl).toBe(Infinity)
})
