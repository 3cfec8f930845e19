import { oneFunction } from '../one-function.ts'
import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

/** The process starts anew at this time, milliseconds: ten minutes before it is judged. */
const RESTART_MS = 290 * 60_000

export default {
  title: 'a healthy cache that a restart has just emptied',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 2, 12), between(random, 30, 300)]
    const fn = new SimulatedFunction(service, 'catalogue')
    fn.cache({ maxEntries: 5_000, ttlSeconds: 7_200 })
    const life = oneFunction(service, fn, random, { perSecond: () => rate, key: popularKeys(random, 800, 1), meanMs: () => meanMs })
    let isRestarted = false
    return {
      ...life,
      play(until) {
        if (!isRestarted && until >= RESTART_MS) {
          life.play(RESTART_MS)
          service.restart()
          fn.restart()
          isRestarted = true
        }
        life.play(until)
      },
    }
  },
} satisfies World
