import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

/** The process starts anew every so often, milliseconds. */
const EVERY_MS = 50 * 60_000

export default {
  title: 'repetition in a process that starts anew within every window: its counters fall to zero',
  truths: [{ rule: 'uncached-repetition', subject: 'translate' }],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 4, 12), between(random, 40, 200)]
    const fn = new SimulatedFunction(service, 'translate')
    const key = popularKeys(random, 200, 1)
    const life = oneFunction(service, fn, random, { perSecond: () => rate, key, meanMs: () => meanMs })
    let started = 0
    return {
      ...life,
      play(until) {
        for (; started + EVERY_MS <= until; started += EVERY_MS) {
          life.play(started + EVERY_MS)
          service.restart()
          fn.restart()
        }
        life.play(until)
      },
    }
  },
} satisfies World
