import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a cache that has room for a part of what is asked for again',
  truths: [{ rule: 'undersized-cache', subject: 'profiles' }],
  begin(service, random) {
    const [rate, meanMs, keys] = [between(random, 4, 12), between(random, 40, 200), Math.round(between(random, 300, 1_500))]
    const fn = new SimulatedFunction(service, 'profiles')
    fn.cache({ maxEntries: Math.round(keys / between(random, 8, 20)), ttlSeconds: 7_200 })
    return oneFunction(service, fn, random, {
      perSecond: () => rate,
      key: popularKeys(random, keys, 0.5 + 0.3 * random()),
      meanMs: () => meanMs,
    })
  },
} satisfies World
