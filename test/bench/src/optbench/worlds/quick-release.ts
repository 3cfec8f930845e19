import { releasedService } from '../released-service.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const HOUR_MS = 3_600_000

export default {
  title: 'two releases after which everything takes as long as before',
  truths: [],
  daysBefore: 4,
  begin(service, random) {
    const rate = between(random, 0.15, 0.5)
    const functions = ['search', 'load', 'rank', 'summarize'].map((name) => {
      const mean = between(random, 500, 3_000)
      return { name, perSecond: () => rate, meanMs: () => mean }
    })
    return releasedService(service, random, functions, [24 * HOUR_MS, (72 + 18 * random()) * HOUR_MS])
  },
} satisfies World
