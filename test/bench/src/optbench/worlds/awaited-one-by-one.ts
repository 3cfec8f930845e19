import { SimulatedRuns } from '../simulated-runs.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a loop that awaits calls which do not need each other',
  truths: [{ rule: 'sequential-awaits', subject: 'summarize' }],
  begin(service, random) {
    const [rate, meanMs, slower] = [between(random, 0.2, 0.6), between(random, 120, 400), between(random, 1, 1.15)]
    const calls = Math.round(between(random, 3, 9))
    let isTogether = false
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      run.call('plan', run.about(300))
      const ms = Array.from({ length: calls }, () => run.about(meanMs))
      if (isTogether) {
        const each = ms.map((alone) => alone * slower)
        run.together('summarize', each, 4)
      } else for (const each of ms) run.call('summarize', each)
      run.call('answer', run.about(500))
    })
    return { play: (until) => runs.play(until), apply: () => void (isTogether = true), spent: () => runs.spentMs }
  },
} satisfies World
