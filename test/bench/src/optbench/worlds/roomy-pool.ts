import { onePool } from '../simulated-pool.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a busy pool of connections with room left',
  truths: [],
  begin(service, random) {
    const size = Math.round(between(random, 10, 20))
    return onePool(service, random, { size, meanMs: between(random, 100, 300), inUse: () => 0.45 * size })
  },
} satisfies World
