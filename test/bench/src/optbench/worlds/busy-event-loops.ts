import { QueuedWork } from '../queued-work.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'processes whose event loops work most of the time, so that what comes waits longer than it takes',
  truths: [{ rule: 'event-loop-saturation' }],
  begin(service, random) {
    const [processes, utilization, meanMs] = [1 + Math.floor(random() * 4), between(random, 0.76, 0.86), between(random, 60, 150)]
    const perSecond = (processes * utilization * 1_000) / meanMs
    const work = new QueuedWork(service, { perSecond: () => perSecond, meanMs, spread: between(random, 0.65, 1.05), processes }, random)
    return {
      play: (until) => work.play(until),
      apply: (change) => work.scale(Number(change['processes'])),
      spent: () => work.waitedMs,
    }
  },
} satisfies World
