import { system } from '@pitwall/sdk/contract'
import { inSteps, SimulatedProcess, STEP_MS } from '../simulated-process.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const PROCESSES = 30

export default {
  title: 'thirty processes that take long to start, and did so for a deploy half an hour ago; one of them crashes again and again',
  truths: [],
  begin(service, random) {
    const [seconds, deployAt, every] = [between(random, 5, 15), between(random, 260, 280) * 60_000, between(random, 4, 9) * 60_000]
    const all = [service, ...Array.from({ length: PROCESSES - 1 }, () => service.another())].map((one) => new SimulatedProcess(one))
    const lastStart = new Map(all.map((one) => [one, 0]))
    const isDue = (index: number, now: number, since: number): boolean =>
      // One after the other, twenty seconds each.
      (since < deployAt && now > deployAt + index * 20_000) || (index === 0 && now - since > every)
    return {
      play: inSteps((now) => {
        for (const [index, one] of all.entries()) {
          if (isDue(index, now, lastStart.get(one) ?? 0)) {
            one.restart(now)
            lastStart.set(one, now)
          }
          one.levels.set(system.startDuration, seconds)
          one.live(now, STEP_MS / 4, (3 * STEP_MS) / 4)
        }
      }),
    }
  },
} satisfies World
