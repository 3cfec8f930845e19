import { QueuedWork } from '../queued-work.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const MINUTE_MS = 60_000

export default {
  title: 'event loops that are busy for an hour and a half of the day, as now',
  truths: [],
  begin(service, random) {
    const [peak, meanMs, start] = [between(random, 0.75, 0.85), between(random, 60, 150), between(random, 200, 220) * MINUTE_MS]
    const isNoon = (now: number) => now > start && now < start + 90 * MINUTE_MS
    const perSecond = (now: number) => ((isNoon(now) ? peak : 0.4) * 2_000) / meanMs
    const work = new QueuedWork(service, { perSecond, meanMs, spread: 0.8, processes: 2 }, random)
    return { play: (until) => work.play(until) }
  },
} satisfies World
