import { cpuWait } from '@pitwall/sdk/contract'
import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a function that computes something else from the same arguments every time, because it reads the clock',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 6, 12), between(random, 8, 25)]
    const fn = new SimulatedFunction(service, 'render', true)
    service.add({ collect: (sink) => sink.number(cpuWait.cpuTime, { 'code.function.name': 'render' }, fn.spentMs / 1_000) })
    return oneFunction(service, fn, random, {
      perSecond: () => rate,
      key: popularKeys(random, 200, 1),
      meanMs: () => meanMs,
      spread: 0.2,
      result: (_key, now) => Math.floor(now / 5_000),
    })
  },
} satisfies World
