import { readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EvictionPolicy, EvictionStore } from '../../sdk/src/cache/eviction/policy.ts'

const folder = resolve(import.meta.dirname, '../../sdk/src/cache/eviction')
const names = readdirSync(folder)
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'policy')

type Operation = { readonly type: 'get' | 'peek' | 'set' | 'delete' | 'clear'; readonly key: string }

const operations = fc.array(
  fc.record({
    type: fc.constantFrom<Operation['type']>('get', 'get', 'get', 'set', 'set', 'set', 'peek', 'delete', 'clear'),
    key: fc.constantFrom(...'abcdefgh'),
  }),
  { maxLength: 300 },
)

/** Runs operations; `check` sees the store, and what a plain Map without bound would hold, after each. */
function replay(
  policy: EvictionPolicy,
  maxEntries: number,
  list: readonly Operation[],
  check: (store: EvictionStore<number>, all: ReadonlyMap<string, number>, evicted: ReadonlyMap<string, number>) => void,
): void {
  const all = new Map<string, number>()
  const evicted = new Map<string, number>()
  const store = policy<number>({ maxEntries, onEvict: (value, key) => void evicted.set(key, value) })
  let value = 0
  for (const { type, key } of list) {
    if (type === 'get') store.get(key)
    if (type === 'peek') store.peek(key)
    if (type === 'set') {
      evicted.delete(key)
      store.set(key, ++value)
      all.set(key, value)
    }
    if (type === 'delete') {
      expect(store.delete(key)).toBe(all.has(key) && !evicted.has(key))
      all.delete(key)
      evicted.delete(key)
    }
    if (type === 'clear') {
      store.clear()
      all.clear()
      evicted.clear()
    }
    check(store, all, evicted)
  }
}

describe.each(names)('%s', async (name) => {
  const module: { default: () => EvictionPolicy } = await import(pathToFileURL(join(folder, `${name}.ts`)).href)
  const policy = module.default()

  it('never holds more than it may, and says how much that is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), operations, (maxEntries, list) => {
        replay(policy, maxEntries, list, (store) => {
          expect(store.max).toBe(maxEntries)
          expect(store.size).toBeLessThanOrEqual(maxEntries)
        })
      }),
    )
  })

  it('holds the last value of every key, save those it told it dropped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), operations, (maxEntries, list) => {
        replay(policy, maxEntries, list, (store, all, evicted) => {
          for (const [key, value] of all) expect(store.peek(key)).toBe(evicted.has(key) ? undefined : value)
          expect(store.size).toBe(all.size - evicted.size)
        })
      }),
    )
  })

  it('drops nothing while there is room', () => {
    fc.assert(
      fc.property(operations, (list) => {
        replay(policy, 8, list, (_store, _all, evicted) => expect(evicted.size).toBe(0))
      }),
    )
  })

  it('takes keys that name members of Object.prototype', () => {
    const store = policy<string>({ maxEntries: 2 })
    for (const key of ['__proto__', 'constructor']) {
      expect(store.get(key)).toBeUndefined()
      store.set(key, key)
      expect(store.get(key)).toBe(key)
    }
  })
})
