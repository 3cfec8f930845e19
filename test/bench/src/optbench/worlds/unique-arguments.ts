import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a slow function whose arguments hardly ever come back',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 2, 12), between(random, 30, 300)]
    return oneFunction(service, new SimulatedFunction(service, 'summarize'), random, {
      perSecond: () => rate,
      key: (index) => (random() < 0.03 ? 'again' : `text ${index}`),
      meanMs: () => meanMs,
    })
  },
} satisfies World
