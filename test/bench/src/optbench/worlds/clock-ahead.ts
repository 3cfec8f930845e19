import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'repetition on a host whose clock is half a minute ahead',
  truths: [{ rule: 'uncached-repetition', subject: 'geocode' }],
  clockAheadMs: 30_000,
  begin(service, random) {
    const [rate, meanMs] = [between(random, 4, 12), between(random, 40, 200)]
    return oneFunction(service, new SimulatedFunction(service, 'geocode'), random, {
      perSecond: () => rate,
      key: popularKeys(random, 300, 0.9),
      meanMs: () => meanMs,
    })
  },
} satisfies World
