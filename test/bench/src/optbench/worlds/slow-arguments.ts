import { SimulatedRuns } from '../simulated-runs.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'calls that are slow whenever they have certain arguments, and return something new each time',
  truths: [],
  begin(service, random) {
    const [rate, meanMs, factor] = [between(random, 2, 4), between(random, 20, 60), between(random, 20, 40)]
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      const argument = Math.floor(60 * run.chance())
      const ms = run.about(meanMs) * (argument < 2 ? factor : 1)
      run.call('quoteRate', ms, { key: `rate ${argument}`, result: run.index })
    })
    return { play: (until) => runs.play(until) }
  },
} satisfies World
