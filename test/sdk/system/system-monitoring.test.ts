import { afterEach, describe, expect, it } from 'vitest'
import { OptionError } from '../../../sdk/src/errors.ts'
import { startSystemMonitoring, systemSummary } from '../../../sdk/src/system/system-monitoring.ts'
import { runAgent } from '../../support/agent-process.ts'
import { ManualClock } from '../../support/clock.ts'

describe('the monitoring of the system', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('takes a sample an interval, and none when it has been stopped', () => {
    const clock = new ManualClock()
    stop = startSystemMonitoring({ interval: '1s' }, clock)
    clock.advance(5_000)
    expect(systemSummary(clock)).toMatchObject({ samples: 5, spanMs: 4_000, memoryBytes: { mean: expect.any(Number) } })
    stop()
    clock.advance(5_000)
    expect(systemSummary(clock)?.samples).toBe(5)
  })

  it('keeps no more samples than asked for, by number and by age', () => {
    const clock = new ManualClock()
    stop = startSystemMonitoring({ interval: '1s', maxSamples: 10 }, clock)
    clock.advance(60_000)
    expect(systemSummary(clock)?.samples).toBe(10)
    stop = startSystemMonitoring({ interval: '1s', maxAge: '5s' }, clock)
    clock.advance(60_000)
    expect(systemSummary(clock)?.samples).toBe(6)
    stop()
    clock.advance(6_000)
    expect(systemSummary(clock)).toBeUndefined()
  })

  it('does not run twice: the second start ends the first', () => {
    const clock = new ManualClock()
    const first = startSystemMonitoring({ interval: '1s' }, clock)
    stop = startSystemMonitoring({ interval: '2s' }, clock)
    clock.advance(4_000)
    expect(systemSummary(clock)?.samples).toBe(2)
    expect(() => first()).not.toThrow()
  })

  it.each([{ interval: 10 }, { interval: '0s' }, { interval: '30d' }, { maxSamples: 0 }, { maxSamples: 1.5 }, { maxAge: -1 }] as const)(
    'refuses %j in a sentence',
    (options) => {
      expect(() => startSystemMonitoring(options)).toThrow(OptionError)
    },
  )

  it('finds the work of a process, and does not keep the process from ending', async () => {
    const { code, stdout, stderr } = await runAgent(
      `import { startSystemMonitoring, systemSummary } from '@pitwall/sdk'
       startSystemMonitoring({ interval: '200ms' })
       const [start, before] = [performance.now(), process.cpuUsage()]
       const end = start + 1_100
       const work = () => {
         const pause = performance.now() + 30
         while (performance.now() < pause);
         if (performance.now() < end) return setImmediate(work)
         const { user, system } = process.cpuUsage(before)
         console.log(JSON.stringify({ ...systemSummary(), own: (user + system) / 1_000 / (performance.now() - start) }))
       }
       work()`,
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const summary = JSON.parse(stdout)
    expect(summary.samples).toBeGreaterThanOrEqual(3)
    expect(summary.cpuShare.mean / summary.own).toBeGreaterThan(0.5)
    expect(summary.cpuShare.mean / summary.own).toBeLessThan(1.5)
    expect(summary.loopUtilization.mean).toBeGreaterThan(0.8)
    expect(summary.gcShare.max).toBeLessThanOrEqual(1)
  })
})
