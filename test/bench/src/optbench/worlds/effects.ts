import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'calls that return the same because they write: booking, sending',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 2, 12), between(random, 30, 300)]
    const name = random() < 0.5 ? 'sendMail' : 'bookSeat'
    return oneFunction(service, new SimulatedFunction(service, name), random, {
      perSecond: () => rate,
      key: popularKeys(random, 200, 1),
      meanMs: () => meanMs,
    })
  },
} satisfies World
