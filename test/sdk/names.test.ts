import { describe, expect, it } from 'vitest'
import { runAgent } from '../support/agent-process.ts'

describe('a hundred thousand names', () => {
  it('leave series and memory as they are with a few hundred, and the rest is counted as other', async () => {
    const { stdout, stderr } = await runAgent(
      `import { getProfiler, metricProducer, profiled, profileTime } from '@pitwall/sdk'
       import { setFlagsFromString } from 'node:v8'
       setFlagsFromString('--expose-gc')
       const { default: vm } = await import('node:vm')
       const gc = vm.runInNewContext('gc')
       const heap = async () => (await new Promise(setImmediate), gc(), process.memoryUsage().heapUsed)
       const series = async () => (await metricProducer.collect()).resourceMetrics.scopeMetrics
         .flatMap(({ metrics }) => metrics).filter(({ descriptor }) => descriptor.name.startsWith('pitwall.function'))
         .map(({ dataPoints }) => dataPoints.length)
       const use = (from, to) => {
         for (let index = from; index < to; index++) {
           profiled(() => index, { name: 'function ' + index })()
           profileTime('section ' + index)[Symbol.dispose]()
         }
       }
       use(0, 5_000)
       const before = { heap: await heap(), series: await series() }
       use(5_000, 50_000)
       const after = { heap: await heap(), series: await series() }
       console.log(JSON.stringify({
         series: [before.series, after.series],
         grown: Math.round((after.heap - before.heap) / 2 ** 20),
         other: getProfiler().summary('other').count,
         all: getProfiler().summaries().reduce((sum, { count }) => sum + count, 0),
       }))`,
    )
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({ series: [Array(4).fill(501), Array(4).fill(501)], grown: 0, other: 99_500, all: 100_000 })
  })
})
