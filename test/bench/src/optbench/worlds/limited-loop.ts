import { SimulatedRuns } from '../simulated-runs.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'calls that keep to a limit of their rate, each made of the answer to the one before',
  truths: [],
  begin(service, random) {
    const [rate, meanMs, everyMs] = [between(random, 0.1, 0.5), between(random, 40, 150), between(random, 250, 600)]
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      for (let page = 0; page < 6; page++) {
        const ms = run.about(meanMs)
        run.call('fetchPage', ms)
        run.wait(Math.max(0.2 * ms, everyMs - ms))
      }
    })
    return { play: (until) => runs.play(until) }
  },
} satisfies World
