import { SimulatedRuns } from '../simulated-runs.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'an agent whose every step needs the one before',
  truths: [],
  begin(service, random) {
    const [rate, thinkMs, toolMs] = [between(random, 0.1, 0.5), between(random, 300, 1_500), between(random, 2, 200)]
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      for (let step = 0; step < 6; step++) {
        run.call('askModel', run.about(thinkMs))
        run.call(`tool${step % 3}`, run.about(toolMs))
      }
    })
    return { play: (until) => runs.play(until) }
  },
} satisfies World
