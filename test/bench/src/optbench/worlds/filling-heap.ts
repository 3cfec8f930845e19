import { OldObjects } from '../old-objects.ts'
import { inSteps } from '../simulated-process.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const MINUTE_MS = 60_000

export default {
  title: 'a deploy half an hour ago: heaps fill, are collected again and again meanwhile, and then have what they need',
  truths: [],
  begin(service, random) {
    const [limit, restartAt] = [between(random, 300, 1_500), between(random, 266, 276) * MINUTE_MS]
    const fills = between(random, 8, 15) * MINUTE_MS
    const options = {
      staying: (age: number) => limit * 0.7 * Math.min(1, 0.1 + age / fills),
      limit,
      allocated: (age: number) => limit * (age < fills ? 0.2 : 0.003),
      markMs: 300 / limit,
      pressed: 2,
      containerLimit: 4 * limit,
    }
    const processes = [service, service.another()].map((one) => new OldObjects(one, options))
    let isDeployed = false
    return {
      play: inSteps((now) => {
        if (!isDeployed && now > restartAt) for (const one of processes) one.restart(now)
        isDeployed = now > restartAt
        for (const one of processes) one.step(now, 1, random)
      }),
    }
  },
} satisfies World
