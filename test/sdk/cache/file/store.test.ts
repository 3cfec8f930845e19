import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesIn, MIB, temporaryFolder, TestStore } from './stores.ts'

describe('the store of a file', () => {
  let folder = ''
  let remove: () => void = () => {}
  const stores: TestStore[] = []
  const open = (options?: ConstructorParameters<typeof TestStore>[1]): TestStore => {
    const store = new TestStore(folder, options)
    stores.push(store)
    return store
  }
  beforeEach(() => ({ folder, remove } = temporaryFolder()))
  afterEach(() => {
    for (const { store } of stores.splice(0)) store.close()
    remove()
  })

  it('does not store a load that began before its key was set or removed, by whomever', () => {
    const [one, other] = [open(), open()]
    const [early, late] = [one.read('a'), one.read('b')]
    other.delete('a')
    other.set('b', 'set')
    expect(one.write('a', 'loaded', early)).toBe(false)
    expect(one.write('b', 'loaded', late)).toBe(false)
    expect([one.get('a'), one.get('b')]).toEqual([undefined, 'set'])
  })

  it('stores a load while other keys, tags and namespaces are invalidated', () => {
    const [one, other] = [open(), open()]
    const token = one.read('a')
    other.delete('b')
    other.deleteTag('another-tag')
    other.clear('another-space')
    expect(one.write('a', 'loaded', token, ['tag'])).toBe(true)
    expect(other.get('a')).toBe('loaded')
  })

  it('stores loads with a tag that ran at the same time and are the first to have it', () => {
    const store = open()
    const tokens = ['a', 'b', 'c'].map((key) => [key, store.read(key)] as const)
    expect(tokens.map(([key, token]) => store.write(key, key, token, ['new-tag']))).toEqual([true, true, true])
    expect(tokens.map(([key]) => store.get(key))).toEqual(['a', 'b', 'c'])
  })

  it('leaves what is newer than a change that was made some time ago', () => {
    const [one, other] = [open(), open()]
    one.set('a', 'now')
    other.set('a', 'older', { agoMs: 5_000 })
    other.delete('a', 5_000)
    expect(one.get('a')).toBe('now')
    other.delete('a')
    expect(one.get('a')).toBeUndefined()
  })

  it('does not take an old value for a new one where newer changes are not remembered any more', () => {
    const store = open({ maxBytes: MIB })
    store.delete('a')
    for (let change = 0; change < 1_100; change++) store.delete(`key ${change}`)
    store.set('a', 'from before', { agoMs: 60_000 })
    expect(store.get('a')).toBeUndefined()
  })

  it('does not store a load of which it cannot tell any more whether it is outdated', () => {
    const store = open({ maxBytes: MIB })
    const token = store.read('a')
    for (let change = 0; change < 1_100; change++) store.delete(`key ${change}`)
    expect(store.write('a', 'loaded', token)).toBe(false)
  })

  it('tells of a load that another one has come before, and not of one that follows an invalidation', () => {
    const store = open({ maxBytes: MIB })
    const [one, other] = [store.read('a'), store.read('a')]
    expect(store.written('a', 'loaded', one)).toMatchObject({ stored: true, replaced: false })
    expect(store.written('a', 'loaded', other)).toMatchObject({ stored: true, replaced: true })
    store.delete('a')
    expect(store.written('a', 'loaded', store.read('a'))).toMatchObject({ stored: true, replaced: false })
  })

  it('never gives out what was invalidated, whatever two processes do at once', () => {
    const keys = ['a', 'b', 'c']
    const tags = ['x', 'y']
    const operation = fc.record({
      who: fc.nat(1),
      type: fc.constantFrom('begin', 'begin', 'end', 'end', 'set', 'delete', 'tag', 'clear', 'many', 'reopen'),
      key: fc.constantFrom(...keys),
      tags: fc.subarray(tags),
    })
    fc.assert(
      fc.property(fc.array(operation, { minLength: 5, maxLength: 60 }), (operations) => {
        const own = temporaryFolder()
        const options = { maxBytes: MIB }
        const both = [new TestStore(own.folder, options), new TestStore(own.folder, options)]
        /** When keys, tags and everything were last invalidated. */
        const invalidated = new Map<string, number>()
        const loads: { key: string; time: number; token: ReturnType<TestStore['read']> }[] = []
        let stored = new Map<string, { time: number; tags: readonly string[] }>()
        for (const [time, { who, type, key, tags: its }] of operations.entries()) {
          const store = both[who]
          if (store === undefined) throw new Error('there are two')
          const load = type === 'end' ? loads.pop() : undefined
          if (type === 'begin') loads.push({ key, time, token: store.read(key) })
          if (load !== undefined && store.write(load.key, `${load.time} ${its.join()}`, load.token, its))
            stored.set(load.key, { time: load.time, tags: its })
          if (type === 'set') {
            invalidated.set(key, time)
            store.set(key, `${time} ${its.join()}`, { tags: its })
            stored.set(key, { time, tags: its })
          }
          if (type === 'delete') {
            invalidated.set(key, time)
            store.delete(key)
          }
          for (const tag of type === 'tag' ? its : []) {
            invalidated.set(tag, time)
            store.deleteTag(tag)
          }
          if (type === 'clear') {
            invalidated.set('all', time)
            store.clear()
          }
          // More than is remembered of.
          if (type === 'many') for (let index = 0; index < 600; index++) store.delete(`other ${index}`)
          if (type === 'reopen') {
            store.store.close()
            both[who] = new TestStore(own.folder, options)
          }
          for (const one of keys) {
            const is = stored.get(one)
            const sound = is !== undefined && [one, 'all', ...is.tags].every((what) => (invalidated.get(what) ?? -1) <= is.time)
            if (!sound) stored.delete(one)
            const found = both.map((each) => each.get(one))
            if (found[0] !== found[1]) throw new Error(`${found[0]} here, ${found[1]} there`)
            const [value] = found
            if (value !== undefined && (!sound || value !== `${is.time} ${is.tags.join()}`)) throw new Error(`'${value}' after ${type}`)
            // Nothing is forgotten without need.
            if (value === undefined && sound) throw new Error(`${one} is missing after ${type}`)
          }
        }
        for (const { store } of both) store.close()
        own.remove()
        stored = new Map()
      }),
      { numRuns: 60 },
    )
  })

  it('takes no more room than its bound, by the least recently used going first', () => {
    let now = 1_000_000
    const store = open({ maxBytes: 2 * MIB, now: () => (now += 10) })
    const other = open({ maxBytes: 2 * MIB, now: () => now })
    store.set('used here', 'used here')
    store.set('used there', 'used there')
    for (let index = 0; index < 1_000; index++) {
      store.set(`key ${index}`, `${index} `.repeat(2_000))
      if (index % 20 === 0) expect(store.get('used here')).toBe('used here')
      if (index % 20 === 0) {
        expect(other.get('used there')).toBe('used there')
        other.store.writeUses()
      }
    }
    expect(store.get('key 999')).toBeDefined()
    expect(store.get('key 600')).toBeUndefined()
    for (const each of [store, other]) each.store.close()
    expect(bytesIn(folder)).toBeLessThan(2.2 * MIB)
  })

  it('keeps small entries within the bound too, and most of the room for them', () => {
    const store = open({ maxBytes: 2 * MIB })
    for (let index = 0; index < 20_000; index++) store.set(`key ${index}`, String(index))
    let kept = 0
    for (let index = 0; index < 20_000; index++) if (store.get(`key ${index}`) !== undefined) kept++
    expect(kept).toBeGreaterThan(2_000)
    store.store.close()
    expect(bytesIn(folder)).toBeLessThan(2.2 * MIB)
  })

  it('does not write when it is read', () => {
    const store = open()
    store.set('a', 'a')
    const [name = ''] = readdirSync(folder)
    store.store.close()
    store.get('a')
    const before = statSync(join(folder, `${name}-wal`)).size
    for (let read = 0; read < 1_000; read++) store.get('a')
    expect(statSync(join(folder, `${name}-wal`)).size).toBe(before)
  })

  it('makes files that only their user can read', () => {
    const store = open()
    store.set('a', 'a')
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600)
  })

  it('begins anew where its file was removed, and does not store what was loaded before', () => {
    const store = open()
    store.set('a', 'a')
    const token = store.read('b')
    for (const name of readdirSync(folder)) rmSync(join(folder, name))
    expect(store.get('a')).toBeUndefined()
    expect(store.write('b', 'loaded', token)).toBe(false)
    store.set('a', 'again')
    expect(open().get('a')).toBe('again')
    expect(store.warnings).toEqual([])
  })

  it('uses the file that another process has put in place of its own', () => {
    const [one, other] = [open(), open()]
    one.set('a', 'a')
    expect(other.get('a')).toBe('a')
    rmSync(folder, { recursive: true })
    other.set('b', 'b')
    expect([one.get('a'), one.get('b')]).toEqual([undefined, 'b'])
  })

  it('replaces a file that is none of SQLite’s under its name, says so once, and touches no other', () => {
    const store = open()
    store.set('a', 'a')
    store.store.close()
    const [name = ''] = readdirSync(folder)
    writeFileSync(join(folder, name), 'something else '.repeat(1_000))
    writeFileSync(join(folder, 'notes.db'), 'not ours')
    const again = open()
    expect(again.get('a')).toBeUndefined()
    again.set('a', 'again')
    expect(again.get('a')).toBe('again')
    expect(again.warnings).toEqual([expect.stringMatching(/is damaged \(file is not a database\); the cache begins empty\.$/)])
    expect(readdirSync(folder)).not.toContain(name)
    expect(readFileSync(join(folder, 'notes.db'), 'utf8')).toBe('not ours')
  })

  it('replaces files of older formats, and leaves those of newer ones alone', () => {
    writeFileSync(join(folder, 'pitwall-0-000000007-abcdefghijk.db'), 'old')
    writeFileSync(join(folder, 'pitwall-99-000000001-abcdefghijk.db'), 'new')
    const store = open()
    store.set('a', 'a')
    expect(store.get('a')).toBe('a')
    expect(store.warnings).toEqual([expect.stringContaining('was written by another version of Pitwall and begins empty.')])
    expect(readdirSync(folder).filter((name) => name.endsWith('.db'))).toEqual([
      expect.stringMatching(/^pitwall-1-/),
      'pitwall-99-000000001-abcdefghijk.db',
    ])
  })

  it('keeps its entries through a restart of the machine, unless it was in use when that went down', () => {
    const closed = open({ boot: 'first' })
    closed.set('a', 'a')
    closed.store.close()
    const crashed = open({ boot: 'second' })
    expect(crashed.get('a')).toBe('a')
    crashed.set('b', 'b')
    const after = open({ boot: 'third' })
    expect([after.get('a'), after.get('b')]).toEqual([undefined, undefined])
    expect(after.warnings).toEqual([])
  })

  it('says what stands in the way where there can be no file', () => {
    const path = join(folder, 'a file')
    writeFileSync(path, 'not a folder')
    const store = new TestStore(path)
    expect(() => store.get('a')).toThrow(path)
    renameSync(path, join(folder, 'elsewhere'))
    expect(store.get('a')).toBeUndefined()
    expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('not a folder')
    store.store.close()
  })
})
