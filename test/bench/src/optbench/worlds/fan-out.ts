import { SimulatedRuns } from '../simulated-runs.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'many calls at the same time',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 0.2, 0.8), between(random, 5, 60)]
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      run.call('plan', run.about(300))
      run.together(
        'readShard',
        Array.from({ length: 16 }, () => run.about(meanMs)),
      )
      run.call('answer', run.about(500))
    })
    return { play: (until) => runs.play(until) }
  },
} satisfies World
