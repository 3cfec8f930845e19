import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a cache with a short time to live, whose values do change',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 4, 12), between(random, 40, 200)]
    const fn = new SimulatedFunction(service, 'quotes')
    fn.cache({ maxEntries: 2_000, ttlSeconds: 5 })
    return oneFunction(service, fn, random, {
      perSecond: () => rate,
      key: popularKeys(random, 60, 1),
      meanMs: () => meanMs,
      result: (_key, now) => Math.floor(now / 7_000),
    })
  },
} satisfies World
