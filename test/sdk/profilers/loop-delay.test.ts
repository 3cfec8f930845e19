import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { eventLoop } from '../../../sdk/src/contract/index.ts'
import loopDelay from '../../../sdk/src/profilers/loop-delay.ts'
import { runAgent } from '../../support/agent-process.ts'
import { collected, total } from '../../support/collected.ts'

describe('the profiler of loop delays', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('counts busy and idle time since the process started', () => {
    stop = loopDelay.start()
    const { active, idle } = performance.eventLoopUtilization()
    expect(total(eventLoop.time, { 'nodejs.eventloop.state': 'active' })).toBeCloseTo(active / 1_000, 1)
    expect(total(eventLoop.time, { 'nodejs.eventloop.state': 'idle' })).toBeCloseTo(idle / 1_000, 1)
  })

  it('gives no levels before a window is full', async () => {
    stop = loopDelay.start()
    await delay(1)
    expect([...collected(eventLoop.utilization, {}), ...collected(eventLoop.delayP99, {})]).toEqual([])
  })

  it('finds each of five blocks, in its bucket, for whoever reads', async () => {
    const { stdout, stderr } = await runAgent(
      `import profiler from '@pitwall/sdk/profilers/loop-delay'
       import { setTimeout as delay } from 'node:timers/promises'
       import { metricProducer } from '@pitwall/sdk'
       profiler.start()
       const read = async () => (await metricProducer.collect()).resourceMetrics.scopeMetrics[0].metrics.find(({ descriptor }) =>
         descriptor.name === '${eventLoop.delay.name}').dataPoints[0].value
       setInterval(read, 130).unref()
       await delay(300)
       for (let block = 0; block < 5; block++) {
         const end = performance.now() + 350
         while (performance.now() < end);
         await delay(250)
       }
       const { buckets, count } = await read()
       const above = buckets.boundaries.indexOf(0.1) + 1
       console.log(JSON.stringify({ late: buckets.counts.slice(above).reduce((sum, n) => sum + n), count, sum: buckets.counts.reduce((sum, n) => sum + n) }))`,
    )
    expect(stderr).toBe('')
    const { late, count, sum } = JSON.parse(stdout)
    expect(late).toBe(5)
    expect(sum).toBe(count)
  })
})
