import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a cache for keys that do not come back, which no size helps',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 2, 12), between(random, 30, 100)]
    const fn = new SimulatedFunction(service, 'documents')
    fn.cache({ maxEntries: 100, ttlSeconds: 600 })
    return oneFunction(service, fn, random, { perSecond: () => rate, key: (index) => `document ${index}`, meanMs: () => meanMs })
  },
} satisfies World
