import { heap, system } from '@pitwall/sdk/contract'
import { SimulatedOverhead } from '../simulated-overhead.ts'
import { inSteps, noise, SimulatedProcess, STEP_MS } from '../simulated-process.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const MIB = 2 ** 20
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export default {
  title:
    'two processes as they should be, through days and nights: busy at noon, deployed every evening, one ends now and then, their heaps fill after a start',
  truths: [],
  isOfDays: true,
  begin(service, random) {
    const [noon, phase, limit, crashes] = [
      between(random, 0.6, 0.8),
      random() * DAY_MS,
      between(random, 400, 2_000),
      between(random, 20, 60),
    ]
    const overheads = new Map<SimulatedProcess, SimulatedOverhead>()
    const processes = [service, service.another()].map((one) => {
      const process = new SimulatedProcess(one)
      overheads.set(process, one.add(new SimulatedOverhead({ allocation: 0.004, heap: 0.0005, export: 0.001 })))
      return { service: one, process, startedAt: 0 }
    })
    const restart = (one: (typeof processes)[number], now: number) => {
      one.process.restart(now)
      one.startedAt = now
      overheads.set(one.process, one.service.add(new SimulatedOverhead({ allocation: 0.004, heap: 0.0005, export: 0.001 })))
    }
    let deployed = 0
    return {
      play: inSteps((now) => {
        const isDeploy = now >= deployed + DAY_MS
        if (isDeploy) deployed = now
        // From a quarter at night to all at noon, and only near noon.
        const load = 0.25 + 0.75 * Math.max(0, Math.cos((2 * Math.PI * (now - phase)) / DAY_MS)) ** 2
        for (const one of processes) {
          if (isDeploy || random() < STEP_MS / (crashes * HOUR_MS)) restart(one, now)
          const { process } = one
          const age = now - one.startedAt
          const isFilling = age < 20 * 60_000
          const active = Math.min(1, noon * load * noise(random, 0.1) + (isFilling ? 0.1 : 0)) * STEP_MS
          process.live(now, active, STEP_MS - active)
          process.collected('minor', active * 0.015 * noise(random, 0.2))
          process.collected('major', active * (isFilling ? 0.12 : 0.01) * noise(random, 0.3))
          process.looked({ size: 15 * MIB, survived: 0.5 * MIB, promoted: 0.1 * MIB, isAtLimit: true })
          overheads.get(process)?.step(0.5 + load, random)
          const filled = 0.2 + 0.5 * Math.min(1, age / (3 * HOUR_MS))
          process.levels
            .set(heap.limit, limit * MIB)
            .set(heap.semiSpaceLimit, 16 * MIB)
            .set(heap.afterGc, limit * filled * noise(random, 0.02) * MIB)
            .set(system.startDuration, 4)
            .set(system.containerMemoryLimit, 2 * limit * MIB)
            .set(system.containerWorkingSet, (limit * filled + 100) * MIB)
        }
      }),
    }
  },
} satisfies World
