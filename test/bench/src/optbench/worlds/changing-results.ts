import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'repeated calls that return something new each time',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 2, 12), between(random, 30, 300)]
    const changesMs = between(random, 1_000, 20_000)
    return oneFunction(service, new SimulatedFunction(service, 'prices'), random, {
      perSecond: () => rate,
      key: popularKeys(random, 100, 1),
      meanMs: () => meanMs,
      result: (_key, now) => Math.floor(now / changesMs),
    })
  },
} satisfies World
