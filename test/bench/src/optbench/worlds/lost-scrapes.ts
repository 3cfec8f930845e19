import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'repetition, seen through scrapes of which every fifth is lost',
  truths: [{ rule: 'uncached-repetition', subject: 'lookup' }],
  isScrapeLost: (now) => Math.round(now / 60_000) % 5 === 2,
  begin(service, random) {
    const [rate, meanMs] = [between(random, 4, 12), between(random, 40, 200)]
    return oneFunction(service, new SimulatedFunction(service, 'lookup'), random, {
      perSecond: () => rate,
      key: popularKeys(random, 300, 0.9),
      meanMs: () => meanMs,
    })
  },
} satisfies World
