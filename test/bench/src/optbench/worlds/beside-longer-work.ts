import { SimulatedRuns } from '../simulated-runs.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'many calls one after the other, beside work that takes longer',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 0.2, 0.8), between(random, 20, 100)]
    const calls = Math.round(between(random, 4, 12))
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      const ms = Array.from({ length: calls }, () => run.about(meanMs))
      const writing = 2 * calls * meanMs + run.about(1_000)
      run.beside(
        () => run.call('write', writing),
        () => ms.forEach((each) => run.call('loadPicture', each)),
      )
    })
    return { play: (until) => runs.play(until) }
  },
} satisfies World
