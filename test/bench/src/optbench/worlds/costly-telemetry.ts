import { SimulatedOverhead } from '../simulated-overhead.ts'
import { inSteps } from '../simulated-process.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a profiler that takes some percent of a core in each of a few processes',
  truths: [{ rule: 'telemetry-cost' }],
  begin(service, random) {
    const shares = { allocation: between(random, 0.02, 0.06), 'cpu-wait': 0.003, heap: 0.0005 }
    const all = [service, ...Array.from({ length: 5 }, () => service.another())].map((one) => one.add(new SimulatedOverhead(shares)))
    return {
      play: inSteps(() => all.forEach((one) => one.step(1, random))),
      apply: ({ layer }) => all.forEach((one) => one.set(String(layer), 0)),
      // The one that was proposed falls to less than half, and another takes as much.
      applyWrongly: () =>
        all.forEach((one) => {
          one.set('cpu-wait', one.share('allocation'))
          one.set('allocation', 0)
        }),
      spent: () => all.reduce((sum, { spentMs }) => sum + spentMs, 0),
    }
  },
} satisfies World
