import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder, TestStore } from './stores.ts'

const { folder: root, remove } = temporaryFolder()
afterAll(remove)

const KEYS = Array.from({ length: 40 }, (_, index) => `key-${index}`)
/** A namespace that is cleared in the end. */
const CLEARED = 'cleared'

/** Values of different lengths, so that some take pages of their own; each says what it is. */
const valueOf = (key: string, version: number): string => `${key} ${version} `.repeat(1 + ((key.length + version * 37) % 300))

/** Fills the files so that old versions, removed entries and invalidated ones are all over them; returns what is true in the end. */
function fill(folder: string): { store: TestStore; truth: Map<string, string> } {
  const truth = new Map<string, string>()
  let store = new TestStore(folder)
  for (let version = 0; version < 12; version++) {
    for (const [index, key] of KEYS.entries()) {
      if ((index * 7 + version * 3) % 5 === 0) {
        store.delete(key)
        truth.delete(key)
      } else {
        store.set(key, valueOf(key, version), { tags: [['x'], ['y'], []][index % 3] ?? [] })
        truth.set(key, valueOf(key, version))
      }
      store.set(`${key}-too`, valueOf(key, version), { space: CLEARED })
    }
    // What came before is in the database then, what follows in its log.
    if (version === 6) store.store.close()
    if (version === 6) store = new TestStore(folder)
  }
  store.deleteTag('x')
  store.clear(CLEARED)
  for (const [index, key] of KEYS.entries()) if (index % 3 === 0) truth.delete(key)
  return { store, truth }
}

function copy(from: string, to: string): void {
  mkdirSync(to)
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name))
}

describe('a file that is damaged', () => {
  const [closed, crashed, live] = [join(root, 'closed'), join(root, 'crashed'), join(root, 'live')]
  mkdirSync(live)
  const { store, truth } = fill(live)
  copy(live, crashed)
  store.store.close()
  copy(live, closed)

  it.each([
    ['that was closed', closed, 2],
    ['that was left in a crash', crashed, 4],
  ])('%s has all its entries while nothing is wrong with it', (_, folder, files) => {
    const copied = join(root, 'whole')
    copy(folder, copied)
    expect(readdirSync(copied)).toHaveLength(files)
    const store = new TestStore(copied)
    for (const key of KEYS) expect(store.get(key)).toBe(truth.get(key))
    expect(store.warnings).toEqual([])
    store.store.close()
    rmSync(copied, { recursive: true })
  })

  interface Damage {
    readonly folder: string
    readonly file: number
    /** Where, as a part of the file, and whether within the first hundred bytes of a page, where all that matters to SQLite is. */
    readonly at: number
    readonly head: boolean
    readonly bytes: Uint8Array | 'cut off'
  }
  const damage: fc.Arbitrary<Damage> = fc.record({
    folder: fc.constantFrom(closed, crashed),
    file: fc.nat(3),
    at: fc.integer({ min: 0, max: 999_999 }).map((millionths) => millionths / 1e6),
    head: fc.boolean(),
    bytes: fc.oneof(
      fc.constant('cut off' as const),
      fc.uint8Array({ minLength: 1, maxLength: 1 }),
      fc.uint8Array({ minLength: 1, maxLength: 600 }),
    ),
  })

  function inflict(folder: string, { file, at, head, bytes }: Damage): void {
    const names = readdirSync(folder)
    const path = join(folder, names[file % names.length] ?? '')
    const content = readFileSync(path)
    const page = Math.floor((at * content.length) / 4_096) * 4_096
    const offset = head ? page + Math.floor((at * 1e6) % 100) : Math.floor(at * content.length)
    if (bytes === 'cut off') return truncateSync(path, offset)
    for (const [index, byte] of bytes.entries())
      if (offset + index < content.length) content[offset + index] = (content[offset + index] ?? 0) ^ (byte || 1)
    writeFileSync(path, content)
  }

  it('never gives out a wrong value, never throws, and says it in at most two lines', () => {
    let [serial, found] = [0, 0]
    const check = (store: TestStore): void => {
      for (const key of KEYS) {
        const [value, cleared] = [store.get(key), store.get(`${key}-too`, CLEARED)]
        if (value !== undefined && value !== truth.get(key)) throw new Error(`${key} is '${value.slice(0, 60)}'`)
        if (cleared !== undefined) throw new Error(`'${cleared.slice(0, 60)}' is back`)
        if (value !== undefined) found++
      }
      for (const key of KEYS) {
        store.set(key, `new ${key}`)
        const value = store.get(key)
        if (value !== undefined && value !== `new ${key}`) throw new Error(`new ${key} is '${value.slice(0, 60)}'`)
      }
      if (store.warnings.length > 2) throw new Error(store.warnings.join('\n'))
    }
    fc.assert(
      fc.property(damage, (what) => {
        const copied = join(root, `copy-${serial++}`)
        copy(what.folder, copied)
        inflict(copied, what)
        const store = new TestStore(copied)
        try {
          check(store)
        } finally {
          store.store.close()
          rmSync(copied, { recursive: true })
        }
      }),
      { numRuns: Number(process.env['PITWALL_TEST_RUNS'] ?? 200) },
    )
    // It would be cheap never to be wrong by never finding anything.
    expect(found).toBeGreaterThan(20 * KEYS.length)
  })
})
