import { oneFunction } from '../one-function.ts'
import { recordedKeys } from '../recorded-keys.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a slow function that is asked what was recorded elsewhere: of agents, web servers, databases',
  truths: [{ rule: 'uncached-repetition', subject: 'lookUp' }],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 2, 8), between(random, 60, 300)]
    return oneFunction(service, new SimulatedFunction(service, 'lookUp'), random, {
      perSecond: () => rate,
      key: recordedKeys(random),
      meanMs: () => meanMs,
    })
  },
} satisfies World
