import { QueuedWork } from '../queued-work.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const PROCESSES = 50

export default {
  title: 'fifty processes, of which one gets far more work than the others',
  truths: [],
  begin(service, random) {
    const [share, meanMs] = [between(random, 0.8, 0.95), between(random, 200, 400)]
    // The first one is busy for that share of the time, the others for a tenth.
    const perSecond = ((share + 0.1 * (PROCESSES - 1)) * 1_000) / meanMs
    const route = (count: number) => (random() < share / (share + 0.1 * (PROCESSES - 1)) ? 0 : 1 + Math.floor(random() * (count - 1)))
    const work = new QueuedWork(service, { perSecond: () => perSecond, meanMs, spread: 0.8, processes: PROCESSES, route }, random)
    return { play: (until) => work.play(until) }
  },
} satisfies World
