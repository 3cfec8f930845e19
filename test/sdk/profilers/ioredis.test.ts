import { relative } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { callSite } from '../../../sdk/src/call-site.ts'
import { cache as contract, reuse } from '../../../sdk/src/contract/index.ts'
import ioredis from '../../../sdk/src/profilers/ioredis.ts'
import { runPreloaded } from '../../support/agent-process.ts'
import { collected } from '../../support/collected.ts'
import { startReceiver } from '../../support/otlp-receiver.ts'
import { useRedis } from '../../support/redis.ts'

const here = relative(process.cwd(), import.meta.filename)

describe('the profiler of ioredis', () => {
  const server = useRedis()
  let stop = () => {}
  afterEach(() => stop())

  it('names a cache for the line that read a kind of key first', async () => {
    const redis = new Redis(server().url)
    await redis.ping()
    stop = ioredis.start()
    const [read] = [callSite(), await redis.get('policy:1')]
    const [piped] = [callSite(), await redis.pipeline().get('rate:1').exec()]
    const names = new Set(collected(contract.requests, {}).map(({ attributes }) => attributes['pitwall.cache.name']))
    expect([...names]).toEqual([read, piped].map((site) => `${here}:${site?.line}`))
    redis.disconnect()
  })

  it('sends what an agent reads that knows ioredis and nothing of us, and none of its keys', async () => {
    await using collector = await startReceiver()
    const source = `
      import { Redis } from 'ioredis'
      const redis = new Redis(process.argv[1])
      await redis.ping()
      await new Promise((resolve) => setTimeout(resolve, 300))
      for (let round = 0; round < 3; round++) {
        if ((await redis.get('alice:basket')) === null) await redis.set('alice:basket', 'secret', 'EX', 60)
      }
      redis.disconnect()`
    const end = await runPreloaded(source.replace('process.argv[1]', JSON.stringify(server().url)), {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    })
    expect(end).toMatchObject({ code: 0, stderr: '' })
    const sent = (text: string) => collector.received('/v1/metrics', text)
    // Evaluated text is no place in the source, so that it goes by its server.
    expect(
      [new URL(server().url).host, contract.requests.name, contract.loadDuration.name, reuse.distance.name].filter((text) => !sent(text)),
    ).toEqual([])
    expect(['alice', 'basket', 'secret'].filter(sent)).toEqual([])
  })
})
