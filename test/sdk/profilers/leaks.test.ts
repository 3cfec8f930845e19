import { afterEach, describe, expect, it } from 'vitest'
import { leak } from '../../../sdk/src/contract/index.ts'
import leaksProfiler from '../../../sdk/src/profilers/leaks.ts'
import { startAgent } from '../../support/agent-process.ts'
import { collected } from '../../support/collected.ts'

/**
 * An agent whose time is moved: a collection in each window of a second, after what the scenario does in it. A hundredth of what stays
 * is 50 kB. It says what was exported at the end, and what was said.
 */
const agent = (scenario: string) => `
  import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
  import { diag, DiagLogLevel } from '@opentelemetry/api'
  import { createCache, metricProducer, profiled } from '@pitwall/sdk'
  import { allocationProfiler } from '@pitwall/sdk/profilers/allocation'
  import { leakProfiler } from '@pitwall/sdk/profilers/leaks'

  const warnings = []
  const warn = (line) => warnings.push(line)
  diag.setLogger({ error: warn, warn, info() {}, debug() {}, verbose() {} }, { logLevel: DiagLogLevel.WARN })
  let now = 0
  leakProfiler({ windowMs: 1_000, clock: { now: () => now } }).start()

  let state = 1
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  const series = async () => {
    const { resourceMetrics } = await metricProducer.collect()
    return resourceMetrics.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .filter(({ descriptor }) => descriptor.name.startsWith('pitwall.leak.'))
      .flatMap(({ descriptor, dataPoints }) => dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value })))
  }
  const make = (bytes) => Array.from({ length: bytes / 100 }, (_, index) => ({ index, list: [index, index, index, index] }))
  const kept = []
  const remember = async (bytes) => {
    await undefined
    for (let index = 0; index < bytes / 100; index++) kept.push({ index, list: [index, index, index, index] })
  }
  const settle = []
  const answer = profiled(async (bytes) => {
    const own = make(bytes)
    await new Promise((resolve) => settle.push(resolve))
    return own.length
  }, { name: 'answer' })
  const cache = createCache({ name: 'documents', maxBytes: 100e6, sizeOf: () => 25_000 })

  let collect = gc
  const windows = async (count, step) => {
    for (let window = 0; window < count; window++) {
      now += 1_000
      await step(window)
      await turn()
      collect()
      for (let index = 0; index < 3; index++) await turn()
      for (const done of settle.splice(0)) done()
    }
  }
  ${scenario}
  console.log(JSON.stringify({ series: await series(), warnings }))`

async function outcome(scenario: string) {
  const { code, stdout, stderr } = await startAgent(['--expose-gc', '--input-type=module', '--eval', agent(scenario)]).end
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const told: { series: { name: string; attributes: Record<string, unknown>; value: number }[]; warnings: string[] } = JSON.parse(stdout)
  return told
}

describe('the profiler of leaks', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('exports nothing while no leak is established', () => {
    stop = leaksProfiler.start()
    expect([...collected(leak.growth, {}), ...collected(leak.siteGrowth, {})]).toEqual([])
  })

  it('tells the growth of what stays, and warns once', async () => {
    const { series, warnings } = await outcome(`await windows(90, () => remember(100_000 + random() * 20_000))`)
    expect(series.map(({ name }) => name)).toEqual([leak.growth.name])
    // About 110 kB a second of its time, of objects that take some more than 100 bytes.
    const perSecond = (series[0]?.value ?? 0) / 3_600
    expect(perSecond).toBeGreaterThan(80_000)
    expect(perSecond).toBeLessThan(200_000)
    expect(warnings).toEqual([expect.stringMatching(/^there is a memory leak: .* grows by \d+ MiB an hour/)])
  })

  it('names the function that allocated what grows', async () => {
    const { series, warnings } = await outcome(`
      allocationProfiler({ allocatedMs: 20, retainedMs: 100 }).start()
      await windows(60, async () => {
        await remember(300_000)
        make(300_000)
        await delay(20)
      })`)
    const first = series.find(({ name }) => name === leak.siteGrowth.name)
    expect(first?.attributes).toMatchObject({ 'code.function.name': 'remember', 'code.line.number': expect.any(Number) })
    expect(warnings).toEqual([expect.stringContaining('most of it was allocated by remember')])
  })

  it('finds Buffers that are kept, whose memory is not on the heap', async () => {
    const { series } = await outcome(`await windows(45, () => void kept.push(Buffer.alloc(100_000 + random() * 20_000)))`)
    expect(series.map(({ name }) => name)).toEqual([leak.growth.name])
  })

  it('says that a leak is over, and exports it no more', async () => {
    const { series, warnings } = await outcome(`
      await windows(90, () => remember(100_000))
      await windows(60, () => {})`)
    expect(series).toEqual([])
    expect(warnings).toEqual([expect.stringMatching(/^there is a memory leak/), expect.stringMatching(/^the leak is over/)])
  })

  it.each([
    ['that is idle, and makes no collection', `collect = () => {}; await windows(45, () => remember(2_000))`],
    ['that uses much and keeps nothing', `await windows(45, () => void make(random() * 2e6))`],
    ['whose cache fills', `await windows(45, (window) => void cache.set('document ' + window, make(50_000)))`],
    [
      'whose calls under way become more',
      `await windows(45, (window) => { for (let call = 0; call < 20 + window + random() * 20; call++) void answer(10_000) })`,
    ],
    [
      'whose calls under way come in waves',
      `await windows(45, (window) => { for (let call = 0; call < 30 + 25 * Math.sin(window / 10); call++) void answer(10_000) })`,
    ],
    [
      'with bursts of calls',
      `await windows(45, () => { for (let call = 0; call < (random() < 0.1 ? 200 : 10); call++) void answer(10_000) })`,
    ],
    ['that loads something large once', `await windows(45, (window) => window === 25 && remember(3e6))`],
    ['that warms up after its start', `await windows(45, (window) => remember(500_000 * Math.exp(-window / 8)))`],
  ])('is silent about an agent %s', async (_, scenario) => {
    expect(await outcome(scenario)).toEqual({ series: [], warnings: [] })
  })
})
