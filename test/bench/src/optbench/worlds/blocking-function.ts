import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a function that computes for so long that the event loop stands still, for arguments that never come back',
  truths: [{ rule: 'blocked-event-loop', subject: 'rank' }],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 0.5, 3), between(random, 90, 250)]
    const fn = new SimulatedFunction(service, 'rank', true)
    const key = (index: number) => `list ${index}`
    const life = oneFunction(service, fn, random, { perSecond: () => rate, key, meanMs: () => meanMs, spread: 0.2 })
    return {
      play: (until) => life.play(until),
      apply: () => fn.offload(),
      // Wrongly: a good part of the arguments takes the old way still.
      applyWrongly: () => fn.offload(0.6),
      spent: () => fn.blockedMs,
    }
  },
} satisfies World
