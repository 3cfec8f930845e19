import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a function that is called very often and takes next to nothing',
  truths: [],
  begin(service, random) {
    const rate = between(random, 20, 60)
    return oneFunction(service, new SimulatedFunction(service, 'normalize'), random, {
      perSecond: () => rate,
      key: popularKeys(random, 100, 1),
      meanMs: () => 0.02,
    })
  },
} satisfies World
