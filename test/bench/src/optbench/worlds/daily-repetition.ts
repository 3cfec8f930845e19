import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'repetition whose rate follows the hours of a day',
  truths: [{ rule: 'uncached-repetition', subject: 'weather' }],
  begin(service, random) {
    const [rate, meanMs, phase] = [between(random, 4, 12), between(random, 40, 200), 24 * random()]
    return oneFunction(service, new SimulatedFunction(service, 'weather'), random, {
      perSecond: (now) => rate * (1 + 0.3 * Math.sin((2 * Math.PI * (now / 3_600_000 + phase)) / 24)),
      key: popularKeys(random, 300, 0.9),
      meanMs: () => meanMs,
    })
  },
} satisfies World
