import { SimulatedRuns } from '../simulated-runs.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'one query for a list, and one for each of its items',
  truths: [{ rule: 'n-plus-one', subject: 'loadUser' }],
  begin(service, random) {
    const [rate, meanMs, stays] = [between(random, 0.3, 0.9), between(random, 8, 20), between(random, 0.04, 0.2)]
    const most = Math.round(between(random, 15, 30))
    let isBatched = false
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      run.call('listUsers', run.about(20))
      const count = Math.round(most * (0.5 + run.chance() / 2))
      const ms = Array.from({ length: count }, () => run.about(meanMs))
      const longest = Math.max(...ms)
      const others = ms.reduce((sum, each) => sum + each, 0) - longest
      if (isBatched) run.call('loadUser', longest + stays * others)
      else
        for (const each of ms) {
          run.call('loadUser', each)
          run.wait(0.05)
        }
      run.call('render', run.about(30))
    })
    return { play: (until) => runs.play(until), apply: () => void (isBatched = true), spent: () => runs.spentMs }
  },
} satisfies World
