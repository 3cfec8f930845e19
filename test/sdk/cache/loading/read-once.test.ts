import { diag } from '@opentelemetry/api'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { isReadOnce } from '../../../../sdk/src/cache/loading/read-once.ts'

afterEach(() => vi.restoreAllMocks())

function* numbers(): Generator<number> {
  yield 1
  yield 2
}

async function* words(): AsyncGenerator<string> {
  yield 'a'
}

describe('what can be read only once', () => {
  it.each<[what: string, value: unknown]>([
    ['a generator', numbers()],
    ['an asynchronous generator', words()],
    ['the iterator of a list', [1].values()],
    ['a web stream', new ReadableStream()],
    ['a stream of Node', Readable.from(['a'])],
    ['a response', new Response('body')],
  ])('is %s', (_what, value) => {
    expect(isReadOnce(value)).toBe(true)
  })

  it.each<[what: string, value: unknown]>([
    ['a list', [1]],
    ['a Map', new Map()],
    ['a Set', new Set()],
    ['a text', 'abc'],
    ['binary data', new Uint8Array(2)],
    ['a linked list', { value: 1, next: { value: 2, next: null } }],
    ['null', null],
  ])('is not %s', (_what, value) => {
    expect(isReadOnce(value)).toBe(false)
  })

  it('is not cached, so that every caller can read it, and that is said once', () => {
    const warn = vi.spyOn(diag, 'warn')
    const count = cached(numbers, { name: 'read-once-test' })
    expect([[...count()], [...count()]]).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(count.stats()).toMatchObject({ hits: 0, misses: 2, entries: 0 })
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("results of 'read-once-test' are not cached"))
  })
})
