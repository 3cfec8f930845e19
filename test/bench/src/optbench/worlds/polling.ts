import { SimulatedRuns } from '../simulated-runs.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'runs that ask the same until something has changed',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 0.1, 0.6), between(random, 50, 300)]
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      for (let look = 0; look < 4; look++) {
        run.call('jobState', run.about(meanMs), { key: `job ${run.index}`, result: look })
        run.wait(500)
      }
    })
    return { play: (until) => runs.play(until) }
  },
} satisfies World
