import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a slow function that is asked the same again and again, and answers the same',
  truths: [{ rule: 'uncached-repetition', subject: 'search' }],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 2, 12), between(random, 30, 300)]
    return oneFunction(service, new SimulatedFunction(service, 'search'), random, {
      perSecond: () => rate,
      key: popularKeys(random, between(random, 100, 2_000), 0.7 + 0.5 * random()),
      meanMs: () => meanMs,
    })
  },
} satisfies World
