import { onePool } from '../simulated-pool.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a pool of connections that is nearly always full, before a database that is not',
  truths: [{ rule: 'pool-saturation', subject: 'orders' }],
  begin(service, random) {
    const [size, share] = [Math.round(between(random, 5, 20)), between(random, 0.82, 0.93)]
    return onePool(service, random, { size, meanMs: between(random, 100, 300), inUse: () => share * size })
  },
} satisfies World
