import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { LRUCache } from 'lru-cache'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Ports } from '../../../collector-processor/src/servers/ports.ts'
import { callSite } from '../../../sdk/src/call-site.ts'
import { cache as contract, prometheusName, reuse } from '../../../sdk/src/contract/index.ts'
import lruCache from '../../../sdk/src/profilers/lru-cache.ts'
import { startAgent } from '../../support/agent-process.ts'
import { collected, total } from '../../support/collected.ts'

const root = resolve(import.meta.dirname, '../../..')
const here = relative(process.cwd(), import.meta.filename)

describe('the profiler of lru-cache', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('names a cache for the line that used it first, whatever it does there', async () => {
    stop = lruCache.start()
    const caches = [1, 2, 3].map(() => new LRUCache<string, number>({ max: 1, fetchMethod: async () => 1 }))
    // The place and the use stand on one line each.
    const [got] = [callSite(), caches[0]?.get('a')]
    const [fetched] = [callSite(), await caches[1]?.fetch('a')]
    const [deleted] = [callSite(), caches[2]?.delete('a')]
    const names = new Set(collected(contract.requests, {}).map(({ attributes }) => attributes['pitwall.cache.name']))
    expect([...names]).toEqual([got, fetched, deleted].map((site) => `${here}:${site?.line}`))
  })

  it('hears nothing once it is stopped', () => {
    const cache = new LRUCache<string, number>({ max: 1 })
    stop = lruCache.start()
    cache.get('a')
    stop()
    cache.get('a')
    expect(collected(contract.requests, {})).toEqual([])
    stop = lruCache.start()
    cache.get('a')
    expect(total(contract.requests, {})).toBe(1)
  })
})

describe('an agent that knows lru-cache and nothing of us', () => {
  const preload = join(root, 'sdk/dist/preload.js')
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitwall-agent-'))
    await mkdir(join(folder, 'node_modules'))
    await symlink(join(root, 'node_modules/lru-cache'), join(folder, 'node_modules/lru-cache'), 'dir')
  })
  afterAll(() => rm(folder, { recursive: true }))

  const work = `
const policies = new LRUCache({ max: 50, ttl: 60_000 })
const answers = new LRUCache({ max: 10, fetchMethod: async (key) => key.length })
async function question(number) {
  const key = 'policy ' + (number % 80)
  if (policies.get(key) === undefined) policies.set(key, { number })
  await answers.fetch(key)
}
async function main() {
  await new Promise((resolve) => setTimeout(resolve, 300))
  for (let number = 0; number < 200; number++) await question(number)
  const page = await (await fetch('http://localhost:' + process.env.OTEL_EXPORTER_PROMETHEUS_PORT + '/metrics')).text()
  console.log(page)
}
main()`

  it.each([
    ['agent.mjs', `import { LRUCache } from 'lru-cache'${work}`],
    ['agent.cjs', `const { LRUCache } = require('lru-cache')${work}`],
  ])('shows its caches on the page that is scraped: %s', async (file, source) => {
    await writeFile(join(folder, file), source)
    const env = { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: String(await new Ports().free()) }
    const end = await startAgent(['--import', preload, join(folder, file)], env).end
    expect(end).toMatchObject({ code: 0, stderr: '' })
    const lines = end.stdout.split('\n').filter((line) => line.includes(`${file}:`))
    const value = (metric: string, labels: string) =>
      Number(
        lines
          .find((line) => line.startsWith(`${metric}{`) && line.includes(labels) && line.includes(`${file}:6"`))
          ?.split(' ')
          .at(-1),
      )
    const requests = prometheusName(contract.requests)
    expect(value(requests, 'pitwall_cache_result="miss"')).toBe(200)
    expect(value(requests, 'pitwall_cache_result="hit"')).toBe(0)
    expect(value(prometheusName(contract.evictions), 'pitwall_cache_eviction_reason="size"')).toBe(150)
    expect(value(prometheusName(contract.entryLimit), 'pitwall_cache_backend="memory"')).toBe(50)
    expect(value(prometheusName(contract.entryCount), 'pitwall_cache_backend="memory"')).toBe(50)
    expect(value(prometheusName(contract.ttl), 'pitwall_cache_backend="memory"')).toBe(60)
    expect(value(`${prometheusName(contract.loadDuration)}_count`, '')).toBe(200)
    // The curve knows what the cache does not: 80 entries would have served all but the first 80 requests.
    expect(value(`${prometheusName(reuse.distance)}_bucket`, 'le="80"')).toBe(120)
    expect(value(`${prometheusName(reuse.distance)}_bucket`, 'le="60"')).toBe(0)
    expect(lines.filter((line) => line.startsWith(`${prometheusName(reuse.age)}_count{`))).toHaveLength(2)
  })
})
