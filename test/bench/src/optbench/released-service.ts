import { CallStatistics } from '../../../../sdk/dist/sampling/call-statistics.js'
import type { Service } from './service.ts'
import { Traffic } from './traffic.ts'
import type { Life } from './world.ts'

/** A function of which only durations are known, and how they change with time (milliseconds since the world began). */
export interface TimedFunction {
  readonly name: string
  readonly perSecond: (now: number) => number
  readonly meanMs: (now: number) => number
}

/** A service that is released anew at some times: version 1.0.0, then 1.1.0, …; what it counted begins at zero each time. */
export function releasedService(
  service: Service,
  random: () => number,
  functions: readonly TimedFunction[],
  releases: readonly number[],
): Life & { readonly spentMs: (name: string) => number } {
  const spent = new Map<string, number>()
  const lives = functions.map((fn) => ({ ...fn, traffic: new Traffic(random, { ...fn, key: (index) => `call ${index}` }) }))
  let statistics = new Map<string, CallStatistics>()
  let released = 0
  const release = (): void => {
    service.restart()
    service.version = `1.${released}.0`
    statistics = new Map(functions.map(({ name }) => [name, service.add(new CallStatistics(name, false, service.clock))]))
  }
  const play = (until: number): void => {
    for (const { name, traffic } of lives) {
      for (const [time, { ms }] of traffic.until(until)) {
        service.now = time
        statistics.get(name)?.settled(time, undefined, ms)
        spent.set(name, (spent.get(name) ?? 0) + ms)
      }
    }
    service.now = until
  }
  release()
  return {
    play(until) {
      for (; (releases[released] ?? Infinity) <= until; release()) play(releases[released++] ?? until)
      play(until)
    },
    spentMs: (name) => spent.get(name) ?? 0,
  }
}
