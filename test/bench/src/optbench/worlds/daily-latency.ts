import { releasedService } from '../released-service.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const DAY_MS = 24 * 3_600_000

export default {
  title: 'calls that take longer every day at the same hours, with more of them then',
  truths: [],
  daysBefore: 6,
  begin(service, random) {
    const [rate, amplitude, phase] = [between(random, 0.15, 0.5), between(random, 0.1, 0.4), random()]
    const ofDay = (now: number) => 1 + amplitude * Math.sin(2 * Math.PI * (now / DAY_MS + phase))
    const functions = ['search', 'load'].map((name) => {
      const mean = between(random, 500, 3_000)
      return { name, perSecond: (now: number) => rate * ofDay(now), meanMs: (now: number) => mean * ofDay(now) }
    })
    return releasedService(service, random, functions, [3 * DAY_MS])
  },
} satisfies World
