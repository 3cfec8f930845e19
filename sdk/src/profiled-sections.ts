import { callSite } from './call-site.ts'
import { measuredCall } from './calls/measured-call.ts'
import { allocation, cpuTime, type Meter } from './calls/meters.ts'
import { Section } from './calls/section.ts'
import { OptionError } from './errors.ts'
import type { CallStatistics } from './sampling/call-statistics.ts'
import { boundedName, isKnown, statisticsOf } from './sampling/known-functions.ts'
import { isThenable } from './sampling/outcome.ts'
import { announceSubject } from './telemetry/subject-info.ts'

/**
 * Measures a piece of a program as if it were a function of this name: `using time = profileTime('step')` until the end of the block,
 * or `profileTime('step', work)` while `work` runs, and until the promise that it returns is settled. Gives out what `work` returns.
 * What is measured is in the metrics of functions and in `getProfiler().summary(name)`.
 * @throws OptionError for a name that is none, and work that is no function
 */
export function profileTime(name: string): Disposable
export function profileTime<T>(name: string, work: () => T): T
export function profileTime(name: string, work?: () => unknown): unknown {
  const statistics = sectionStatistics(name, work)
  return work === undefined ? new Section(statistics) : measuredCall(statistics, work)
}

/**
 * As `profileTime`, and measures processor time, as `cpuMs` of the summary: of pieces that hold the event loop for 1 ms or more, all the
 * time. Of those that wait, and of shorter ones, it is not known. Where other threads of the process work meanwhile, an upper bound.
 */
export function profileCpu(name: string): Disposable
export function profileCpu<T>(name: string, work: () => T): T
export function profileCpu(name: string, work?: () => unknown): unknown {
  return metered(cpuTime, name, work)
}

/**
 * As `profileTime`, and measures what is allocated on the JavaScript heap, as `allocatedBytes` of the summary: of pieces that hold the
 * event loop all the time. Within 2 % from 64 KiB on, but for a rare one that is far off. Of those that wait it is not known: others
 * allocate meanwhile. Takes 2 µs.
 */
export function profileMemory(name: string): Disposable
export function profileMemory<T>(name: string, work: () => T): T
export function profileMemory(name: string, work?: () => unknown): unknown {
  return metered(allocation, name, work)
}

/**
 * As `profileTime`, for work that waits: its summary tells in `onLoopMs` and `waitMs` how the time divides between the event loop and
 * waiting, as the windows of the profiler `cpu-wait` see it. Of a section without `work` they see only what holds the loop all the time.
 */
export function profileAsync(name: string): Disposable
export function profileAsync<T>(name: string, work: () => T): T
export function profileAsync(name: string, work?: () => unknown): unknown {
  return work === undefined ? profileTime(name) : profileTime(name, work)
}

function metered(meter: Meter, name: string, work: (() => unknown) | undefined): unknown {
  const statistics = sectionStatistics(name, work)
  const figure = statistics.figure(meter.figure)
  if (work === undefined) {
    const finish = meter.start()
    return new Section(statistics, (ms, isSynchronous) => {
      const value = finish(ms)
      figure.add(isSynchronous ? value : undefined)
    })
  }
  return measuredCall(statistics, () => {
    const start = statistics.clock.now()
    const finish = meter.start()
    let result: unknown
    try {
      result = work()
    } finally {
      const value = finish(statistics.clock.now() - start)
      figure.add(isThenable(result) ? undefined : value)
    }
    return result
  })
}

function sectionStatistics(name: string, work: (() => unknown) | undefined): CallStatistics {
  if (typeof name !== 'string' || name === '') throw new OptionError('name', name, 'a string of at least one character')
  if (work !== undefined && typeof work !== 'function') throw new OptionError('the second argument', work, 'a function')
  const bounded = boundedName(name)
  // Where it is costs more to find out than all else: it is asked once.
  if (!isKnown(bounded)) announceSubject(bounded, 'function', callSite())
  return statisticsOf(bounded)
}
