import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { Store } from '../../../../sdk/src/cache/file/store.ts'

const root = mkdtempSync(join(tmpdir(), 'pitwall-damage-'))
afterAll(() => rmSync(root, { recursive: true }))

const KEYS = Array.from({ length: 40 }, (_, index) => `key-${index}`.padEnd(43, '-'))
const MAX_BYTES = 64 * 1_024 * 1_024
const TAG = 'tag'.padEnd(43, '-')
const OTHER = 'other'.padEnd(43, '-')

function open(folder: string, warn: (text: string) => void = () => {}): Store {
  return new Store({ folders: [folder], own: false, boot: 'this one', wallTime: Date.now, warn })
}

const read = (store: Store, id: string, space: string = 'space'): string | undefined => {
  const answer = store.read({ type: 'read', space, id, beyondMs: 0, holder: '', leaseMs: 0 })
  if (answer?.type !== 'read') throw new Error('no answer')
  return answer.entry && Buffer.from(answer.entry.bytes).toString()
}

function set(store: Store, id: string, value: string | undefined, tags: readonly string[] = [], space: string = 'space'): void {
  const entry = value === undefined ? undefined : { freshUntil: Infinity, servedUntil: Infinity, tags, bytes: Buffer.from(value) }
  store.change({ type: 'change', space, id, origin: 'us', hash: 1, agoMs: 0, entry, maxBytes: MAX_BYTES })
}

/** Values of different lengths, so that some take pages of their own; each says what it is. */
const valueOf = (id: string, version: number): string => `${id} ${version} `.repeat(1 + ((id.length + version * 37) % 300))

/** Fills a store so that old versions, removed entries and invalidated ones are all over its files; returns what is true in the end. */
function fill(store: Store): Map<string, string> {
  const truth = new Map<string, string>()
  for (let version = 0; version < 12; version++) {
    for (const [index, id] of KEYS.entries()) {
      if ((index * 7 + version * 3) % 5 === 0) {
        set(store, id, undefined)
        truth.delete(id)
      } else {
        const tags = index % 3 === 0 ? [TAG] : index % 3 === 1 ? [OTHER] : []
        set(store, id, valueOf(id, version), tags)
        truth.set(id, valueOf(id, version))
      }
      set(store, `${id}2`, valueOf(id, version), [], 'second')
    }
    if (version === 6) store.close()
  }
  store.invalidate({ type: 'invalidate', space: 'space', origin: 'us', name: TAG })
  store.invalidate({ type: 'invalidate', space: 'second', origin: 'us', name: 'second' })
  for (const [index, id] of KEYS.entries()) if (index % 3 === 0) truth.delete(id)
  return truth
}

function copy(from: string, to: string): void {
  mkdirSync(to)
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name))
}

describe('a file that is damaged', () => {
  const closed = join(root, 'closed')
  const crashed = join(root, 'crashed')
  const live = join(root, 'live')
  const store = open(live)
  const truth = fill(store)
  copy(live, crashed)
  store.close()
  copy(live, closed)

  it.each([
    ['that was closed', closed, 2],
    ['that was left in a crash', crashed, 4],
  ])('%s has all its entries while nothing is wrong with it', (_, folder, files) => {
    const copied = join(root, 'whole')
    copy(folder, copied)
    expect(readdirSync(copied)).toHaveLength(files)
    const warnings: string[] = []
    const store = open(copied, (text) => warnings.push(text))
    for (const id of KEYS) expect(read(store, id)).toBe(truth.get(id))
    expect(warnings).toEqual([])
    store.close()
    rmSync(copied, { recursive: true })
  })

  const damage = fc.record({
    folder: fc.constantFrom(closed, crashed),
    file: fc.nat(3),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    page: fc.boolean(),
    bytes: fc.oneof(
      fc.constant('cut' as const),
      fc.uint8Array({ minLength: 1, maxLength: 1 }),
      fc.uint8Array({ minLength: 1, maxLength: 600 }),
    ),
  })

  it('never gives out a wrong value, never throws, and says it in at most two lines', () => {
    let serial = 0
    let found = 0
    fc.assert(
      fc.property(damage, ({ folder, file, at, page, bytes }) => {
        const copied = join(root, `copy-${serial++}`)
        copy(folder, copied)
        const names = readdirSync(copied)
        const path = join(copied, names[file % names.length] ?? '')
        const content = readFileSync(path)
        // Half of the time within the first hundred bytes of a page, where all that matters to SQLite is.
        const offset = page
          ? Math.floor(at * (content.length / 4_096)) * 4_096 + Math.floor((at * 1e6) % 100)
          : Math.floor(at * content.length)
        if (bytes === 'cut') truncateSync(path, offset)
        else {
          for (const [index, byte] of bytes.entries())
            if (offset + index < content.length) content[offset + index] = (content[offset + index] ?? 0) ^ (byte || 1)
          writeFileSync(path, content)
        }
        const warnings: string[] = []
        const store = open(copied, (text) => warnings.push(text))
        try {
          for (const id of KEYS) {
            const value = read(store, id)
            if (value !== undefined && value !== truth.get(id))
              throw new Error(`${id} is '${value.slice(0, 60)}', not '${truth.get(id)?.slice(0, 60)}'`)
            if (value !== undefined) found++
            const second = read(store, `${id}2`, 'second')
            if (second !== undefined) throw new Error(`'${second}' is back`)
          }
          for (const id of KEYS) {
            set(store, id, `new ${id}`)
            const value = read(store, id)
            if (value !== undefined && value !== `new ${id}`) throw new Error(`new ${id} is ${value}`)
          }
          if (warnings.length > 2) throw new Error(warnings.join('\n'))
        } finally {
          store.close()
          rmSync(copied, { recursive: true })
        }
      }),
      { numRuns: Number(process.env['RUNS'] ?? 300) },
    )
    // It would be cheap never to be wrong by never finding anything.
    expect(found).toBeGreaterThan(100)
  })
})
