import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a slow function whose popular arguments are replaced by others little by little',
  truths: [{ rule: 'uncached-repetition', subject: 'article' }],
  begin(service, random) {
    const [rate, meanMs, pace] = [between(random, 3, 12), between(random, 40, 200), between(random, 10, 60)]
    return oneFunction(service, new SimulatedFunction(service, 'article'), random, {
      perSecond: () => rate,
      key: (index) => `article ${Math.floor(index / pace) + Math.floor(40 * random() ** 2)}`,
      meanMs: () => meanMs,
    })
  },
} satisfies World
