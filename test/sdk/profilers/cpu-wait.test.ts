import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { cpuWait } from '../../../sdk/src/contract/index.ts'
import { profiled } from '../../../sdk/src/profiled.ts'
import cpuWaitProfiler from '../../../sdk/src/profilers/cpu-wait.ts'
import { overhead } from '../../../sdk/src/sampling/overhead.ts'
import { segmentsBetween } from '../../../sdk/src/sampling/segment-ring.ts'
import { startAgent } from '../../support/agent-process.ts'
import { total } from '../../support/collected.ts'
import { eventually } from '../../support/eventually.ts'

function hold(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

const onLoop = (name: string) => total(cpuWait.cpuTime, { 'code.function.name': name }) ?? 0
const waiting = (name: string) => total(cpuWait.waitTime, { 'code.function.name': name }) ?? 0

describe('the profiler of what functions wait for', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('divides the time of functions that run at the same time, call each other, only wait, or never wait', async () => {
    stop = cpuWaitProfiler.start()
    const works = profiled(
      async () => {
        hold(6)
        await delay(4)
        hold(6)
      },
      { name: 'split.works' },
    )
    const calls = profiled(
      async () => {
        await delay(2)
        await works()
      },
      { name: 'split.calls' },
    )
    const waits = profiled(() => delay(15), { name: 'split.waits' })
    const never = profiled(() => hold(3), { name: 'split.never' })
    const enough = () => onLoop('split.calls') > 0.5 && onLoop('split.never') > 0.05
    await eventually(
      'the functions to be seen',
      async () => {
        await Promise.all([calls(), waits()])
        never()
        return enough()
      },
      { everyMs: 0, deadlineMs: 30_000 },
    )
    const share = (name: string) => onLoop(name) / (onLoop(name) + waiting(name))
    expect(share('split.works')).toBeGreaterThan(0.5)
    expect(share('split.waits')).toBeLessThan(0.02)
    expect(share('split.never')).toBeGreaterThan(0.95)
    expect(onLoop('split.calls') / onLoop('split.works')).toBeCloseTo(1, 0)
    expect(share('split.calls')).toBeLessThan(share('split.works'))

    expect(overhead.ofLayer('cpu-wait')).toBeGreaterThan(0)
    const segments = segmentsBetween(0, Number(process.hrtime.bigint()) / 1_000)
    expect(new Set(segments.map(({ labels }) => labels.function))).toContain('split.works')
  })
})

describe('where Node cannot tell cheaply whose a task is', () => {
  it('nothing is followed, and nothing told', async () => {
    const { code, stdout, stderr } = await startAgent([
      '--no-async-context-frame',
      '--input-type=module',
      '--eval',
      `import { profiled } from '@pitwall/sdk'
       import profiler from '@pitwall/sdk/profilers/cpu-wait'
       import { metricProducer } from '@pitwall/sdk'
       const before = process.getActiveResourcesInfo().length
       const stop = profiler.start()
       await profiled(async () => {}, { name: 'plan' })()
       console.log(process.getActiveResourcesInfo().length - before)
       stop()`,
    ]).end
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '0\n', stderr: '' })
  })
})
