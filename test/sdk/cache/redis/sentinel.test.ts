import { describe, expect, it } from 'vitest'
import { hybrid } from '../../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../../sdk/src/cache/backends/memory.ts'
import { redis } from '../../../../sdk/src/cache/backends/redis.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { startAgent } from '../../../support/agent-process.ts'
import { eventually } from '../../../support/eventually.ts'
import { useSentinel } from '../../../support/redis-sentinel.ts'

let serial = 0
const unique = (): string => `sentinel-test-${++serial}`

describe('a Redis that Sentinels know', () => {
  const sentinel = useSentinel()
  /** Each has connections of its own, as processes have. */
  const back = (timeout: number = 2_000) => redis({ ...sentinel().options, timeout })

  it('is used as one whose address is known', async () => {
    const name = unique()
    const [writer, reader] = [createCache<string>({ name, backend: back() }), createCache<string>({ name, backend: back() })]
    await writer.set('key', 'value', { tags: ['city'] })
    expect(await reader.get('key')).toBe('value')
    await reader.invalidateTag('city')
    expect(await writer.get('key')).toBeUndefined()
    await Promise.all([writer.close(), reader.close()])
  })

  it.each([
    ['', () => sentinel().options],
    [' where no Sentinel answers', () => ({ name: 'mymaster', sentinels: [{ host: '127.0.0.1', port: 1 }] })],
  ])('does not keep an agent from ending%s', async (_what, options) => {
    const program = `
      import { cached } from '@pitwall/sdk'
      import { redis } from '@pitwall/sdk/backends/redis'
      const ask = cached(async (key) => key, { name: 'agent', backend: redis(${JSON.stringify(options())}) })
      for (let key = 0; key < 20; key++) await ask('key ' + key)
      console.log('work is done')`
    const agent = startAgent(['--input-type=module', '--eval', program])
    const patience = setTimeout(() => agent.signal('SIGKILL'), 5_000)
    expect(await agent.end).toMatchObject({ code: 0, stdout: 'work is done\n', stderr: '' })
    clearTimeout(patience)
  })

  it('gives no error while its master is lost, and is in use again, with all it is for, when the replica has taken its place', async () => {
    const name = unique()
    let version = 1
    const [one, other] = [1, 2].map(() =>
      cached(async (key: string) => `${key} ${version}`, { name, backend: hybrid({ front: memory(), back: back(40) }) }),
    )
    if (one === undefined || other === undefined) throw new Error('two processes')
    expect(await one('before')).toBe('before 1')
    await sentinel().master.kill()
    let calls = 0
    await eventually('the replica to be in use', async () => {
      expect(await one(`during ${++calls}`)).toBe(`during ${calls} 1`)
      await one.set(['probe'], `value ${calls}`)
      return (await other('probe')) === `value ${calls}`
    })
    await eventually('memory to be in use', async () => (await other('key')) === 'key 1' && other.stats().entries > 0)
    version = 2
    await one.invalidate('key')
    await eventually('the other process to forget', async () => (await other('key')) === 'key 2')
    await Promise.all([one.cache.close(), other.cache.close()])
  })
})
