import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'an agent that does nothing any more',
  truths: [],
  begin(service, random) {
    const rate = between(random, 2, 12)
    return oneFunction(service, new SimulatedFunction(service, 'search'), random, {
      perSecond: (now) => (now < 1_800_000 ? rate : 0),
      key: popularKeys(random, 100, 1),
      meanMs: () => 100,
    })
  },
} satisfies World
