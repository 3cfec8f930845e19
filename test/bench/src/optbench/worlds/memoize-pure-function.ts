import { cpuWait } from '@pitwall/sdk/contract'
import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a function that computes the same again and again, and waits for nobody',
  truths: [{ rule: 'memoize-pure-function', subject: 'parse' }],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 6, 12), between(random, 8, 25)]
    const fn = new SimulatedFunction(service, 'parse', true)
    const key = popularKeys(random, 200, 0.8 + 0.3 * random())
    const life = oneFunction(service, fn, random, { perSecond: () => rate, key, meanMs: () => meanMs, spread: 0.2 })
    // Once it has a cache, what it computes are the loads of that.
    let computedMs: number | undefined
    service.add({
      collect: (sink) => sink.number(cpuWait.cpuTime, { 'code.function.name': 'parse' }, (computedMs ?? fn.spentMs) / 1_000),
    })
    return {
      ...life,
      apply(change) {
        computedMs = fn.spentMs
        life.apply?.(change)
      },
      applyWrongly() {
        computedMs = fn.spentMs
        life.applyWrongly?.()
      },
    }
  },
} satisfies World
