import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a cache whose entries expire long before their values change',
  truths: [{ rule: 'short-ttl', subject: 'rates' }],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 4, 12), between(random, 40, 200)]
    const fn = new SimulatedFunction(service, 'rates')
    fn.cache({ maxEntries: 2_000, ttlSeconds: Math.round(between(random, 1, 5)) })
    return oneFunction(service, fn, random, {
      perSecond: () => rate,
      key: popularKeys(random, 60, 0.7 + 0.4 * random()),
      meanMs: () => meanMs,
    })
  },
} satisfies World
