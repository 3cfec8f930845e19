import { SimulatedRuns } from '../simulated-runs.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'calls that fail now and then, and succeed when they are made again',
  truths: [],
  begin(service, random) {
    const [rate, meanMs, failing] = [between(random, 0.3, 1), between(random, 60, 300), between(random, 0.05, 0.35)]
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      for (let attempt = 0; attempt < 3; attempt++) {
        const hasFailed = run.chance() < failing
        run.call('quotePrice', run.about(meanMs), { hasFailed })
        if (!hasFailed) break
        run.wait(run.about(100))
      }
    })
    return { play: (until) => runs.play(until) }
  },
} satisfies World
