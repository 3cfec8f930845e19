import { SimulatedRuns } from '../simulated-runs.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'calls that fail for most runs, and are made three times each',
  truths: [{ rule: 'retry-storm', subject: 'quotePrice' }],
  begin(service, random) {
    const [rate, meanMs, down] = [between(random, 0.3, 1), between(random, 60, 300), between(random, 0.4, 0.8)]
    let hasBudget = false
    let budget = 10
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      run.call('plan', run.about(200))
      const isDown = run.chance() < down
      const attempts = [0, 1, 2].map((attempt) => ({
        ms: run.about(meanMs),
        pauseMs: run.about(100 * 2 ** attempt),
        hasFailed: isDown ? run.chance() < 0.95 : false,
      }))
      for (const [attempt, { ms, pauseMs, hasFailed }] of attempts.entries()) {
        run.call('quotePrice', ms, { hasFailed })
        if (!hasFailed) budget = Math.min(10, budget + 0.1)
        if (!hasFailed || attempt === 2 || (hasBudget && budget < 1)) break
        budget--
        run.wait(pauseMs)
      }
      run.call('answer', run.about(400))
    })
    return {
      play: (until) => runs.play(until),
      apply() {
        hasBudget = true
        budget = 10
      },
      spent: () => runs.spentMs,
    }
  },
} satisfies World
