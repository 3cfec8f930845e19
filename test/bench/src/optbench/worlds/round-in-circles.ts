import { cached } from '../one-function.ts'
import { SimulatedRuns } from '../simulated-runs.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a model that asks a tool the same again and again within a run',
  truths: [
    { rule: 'repeated-tool-calls', subject: 'searchFlights' },
    { rule: 'uncached-repetition', subject: 'searchFlights' },
  ],
  begin(service, random) {
    const [rate, meanMs, often] = [between(random, 0.25, 0.6), between(random, 120, 400), between(random, 0.5, 0.9)]
    let asksOnce = false
    const runs = new SimulatedRuns(service, random, rate, (run) => {
      const times = run.chance() < often ? 4 : 1
      const steps = [0, 1, 2, 3].map(() => ({ thinking: run.about(600), searching: run.about(meanMs) }))
      for (const [step, { thinking, searching }] of steps.slice(0, times).entries()) {
        run.call('think', thinking, { converses: true })
        if (step === 0 || !asksOnce) run.call('searchFlights', searching, { key: `flights ${run.index}` })
      }
    })
    return {
      play: (until) => runs.play(until),
      apply(change) {
        if (change['maxEntries'] === undefined) asksOnce = true
        else cached(runs.functionOf('searchFlights'), change)
      },
      spent: () => runs.spentMs,
    }
  },
} satisfies World
