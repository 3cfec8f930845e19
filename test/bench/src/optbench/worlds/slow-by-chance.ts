import { SimulatedRuns } from '../simulated-runs.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'calls of which a few are slow by chance, and return something new each time',
  truths: [{ rule: 'tail-latency', subject: 'quoteRate' }],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 3, 5), between(random, 30, 60)]
    const [slow, factor] = [between(random, 0.025, 0.035), between(random, 25, 40)]
    const key = popularKeys(random, 60, 0.5)
    let delayMs = Infinity
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      const [first, second] = [0, 1].map(() => run.about(meanMs) * (run.chance() < slow ? factor : 1))
      const ms = Math.min(first ?? 0, delayMs + (second ?? 0))
      run.call('quoteRate', ms, { key: key(), result: run.index })
    })
    return {
      play: (until) => runs.play(until),
      apply: ({ delaySeconds }) => void (delayMs = 1_000 * Number(delaySeconds ?? Infinity)),
      spent: () => runs.spentMs,
    }
  },
} satisfies World
