import { diag } from '@opentelemetry/api'
import { describe, expect, it, vi } from 'vitest'
import type { SharedBackend } from '../../../sdk/src/cache/backends/backend.ts'
import { cached } from '../../../sdk/src/cache/cached.ts'
import type { StandardSchema } from '../../../sdk/src/cache/options/standard-schema.ts'
import { quiet } from '../../support/controlled-load.ts'
import { MapStorage, storedValue } from '../../support/map-storage.ts'

let serial = 0
const unique = (): string => `validate-test-${++serial}`

/** A schema that texts pass which begin with "ok"; as libraries have them, at once or later. */
function schema(asynchronous: boolean): StandardSchema {
  const validate = (value: unknown): object => (String(value).startsWith('ok') ? { value } : { issues: [{ message: 'not ok' }] })
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => (asynchronous ? quiet().then(() => validate(value)) : validate(value)),
    },
  }
}

describe('validate', () => {
  it.each([false, true])(
    'gives a result that does not pass to its caller and not to the cache (asynchronous: %s)',
    async (asynchronous) => {
      const warn = vi.spyOn(diag, 'warn')
      const name = unique()
      let calls = 0
      const ask = cached(async (key: string) => (calls++, key), { name, validate: schema(asynchronous) })
      for (let call = 0; call < 2; call++) expect([await ask('ok'), await ask('bad')]).toEqual(['ok', 'bad'])
      expect(calls).toBe(3)
      expect(warn).toHaveBeenCalledExactlyOnceWith(`some results of '${name}' are not cached, because they do not pass \`validate\`.`)
      warn.mockRestore()
    },
  )

  it('does not take from a shared storage what does not pass', async () => {
    const storage = new MapStorage(1_000)
    storage.values.set('ok?', storedValue('of an older version'))
    const backend: SharedBackend = { name: 'map', synchronous: false, open: () => ({ local: undefined, shared: storage }) }
    const ask = cached(async (_key: string) => 'ok now', { name: unique(), backend, validate: schema(true) })
    expect(await ask('ok?')).toBe('ok now')
    await ask.cache.close()
    expect(storage.values.get('ok?')?.value).toBe('ok now')
  })

  it('lets nothing that was invalidated during the check be kept', async () => {
    const ask = cached(async (key: string) => key, { name: unique(), validate: schema(true) })
    const answer = ask('ok')
    await Promise.resolve()
    ask.invalidate('ok')
    await answer
    expect(ask.peek('ok')).toBeUndefined()
  })

  it('takes a schema that throws for one that is not passed', () => {
    const broken: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => {
          throw new Error('broken')
        },
      },
    }
    const ask = cached((key: string) => key, { name: unique(), validate: broken })
    expect([ask('a'), ask.peek('a')]).toEqual(['a', undefined])
  })
})
