import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a cache that is large enough and keeps its entries long enough',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 2, 12), between(random, 30, 300)]
    const fn = new SimulatedFunction(service, 'catalogue')
    fn.cache({ maxEntries: 5_000, ttlSeconds: 7_200 })
    return oneFunction(service, fn, random, { perSecond: () => rate, key: popularKeys(random, 400, 1), meanMs: () => meanMs })
  },
} satisfies World
