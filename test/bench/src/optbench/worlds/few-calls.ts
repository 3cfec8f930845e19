import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a repetitive function that is called a few times an hour',
  truths: [],
  isOfDays: true,
  begin(service, random) {
    return oneFunction(service, new SimulatedFunction(service, 'report'), random, {
      perSecond: () => 0.004,
      key: popularKeys(random, 3, 1),
      meanMs: () => 400,
    })
  },
} satisfies World
