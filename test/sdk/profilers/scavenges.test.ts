import { describe, expect, it } from 'vitest'
import { heap } from '../../../sdk/src/contract/index.ts'
import { startAgent } from '../../support/agent-process.ts'

/** Allocates for 10.5 s, which one window falls into, and keeps a part of it for as long as asked. */
const agent = (kept: number) => `
  import profiler from '@pitwall/sdk/profilers/scavenges'
  import { metricProducer } from '@pitwall/sdk'
  profiler.start()
  const keep = []
  let made = 0
  const start = performance.now()
  const work = async () => {
    for (let index = 0; index < 20_000; index++) keep[made++ % ${kept}] = { made, list: [made, made + 1], text: 'x' + made }
    if (performance.now() - start < 10_500) return setImmediate(work)
    const { metrics } = (await metricProducer.collect()).resourceMetrics.scopeMetrics[0]
    console.log(JSON.stringify(Object.fromEntries(metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [[descriptor.name, ...Object.values(attributes)].join(' '), value])))))
  }
  work()`

async function figures(kept: number, ...options: string[]): Promise<Record<string, number>> {
  const { stdout, stderr } = await startAgent([...options, '--input-type=module', '--eval', agent(kept)]).end
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

const share = (found: Record<string, number>, ...fates: string[]) => {
  const size = (fate: string) => found[`${heap.scavengeSize.name} ${fate}`] ?? 0
  return fates.reduce((sum, fate) => sum + size(fate), 0) / ['freed', 'survived', 'promoted'].reduce((sum, fate) => sum + size(fate), 0)
}
const samples = (found: Record<string, number>, atLimit: boolean) => found[`${heap.scavengeSamples.name} ${atLimit}`] ?? 0

describe('the profiler of scavenges', () => {
  it('tells agents whose objects live on from those whose objects die, and a new space at its limit from one that needs no more', async () => {
    const [living, dying] = await Promise.all([figures(2_000_000, '--max-semi-space-size=2'), figures(100, '--max-semi-space-size=1024')])
    expect(share(living, 'survived', 'promoted')).toBeGreaterThan(0.5)
    expect(share(dying, 'survived', 'promoted')).toBeLessThan(0.05)
    expect(samples(living, true)).toBeGreaterThan(9 * samples(living, false))
    expect(samples(dying, true)).toBe(0)
    expect(samples(dying, false)).toBeGreaterThan(0)
  })
})
