import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import type { World } from '../world.ts'

export default {
  title: 'a function that waits for a rate limit, with arguments of its own each time',
  truths: [],
  begin(service, random) {
    return oneFunction(service, new SimulatedFunction(service, 'askModel'), random, {
      perSecond: () => 2,
      key: (index) => `prompt ${index}`,
      meanMs: () => 1_500,
      spread: 0.6,
    })
  },
} satisfies World
