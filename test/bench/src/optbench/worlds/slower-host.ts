import { releasedService } from '../released-service.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const HOUR_MS = 3_600_000

export default {
  title: 'a host that becomes slower: all functions take longer from one hour on',
  truths: [],
  daysBefore: 4,
  begin(service, random) {
    const [rate, slower, at] = [between(random, 0.15, 0.5), between(random, 1.3, 1.8), (72 + 18 * random()) * HOUR_MS]
    const functions = ['search', 'load', 'rank', 'summarize'].map((name) => {
      const mean = between(random, 500, 3_000)
      return { name, perSecond: () => rate, meanMs: (now: number) => (now < at ? mean : mean * slower) }
    })
    return releasedService(service, random, functions, [24 * HOUR_MS])
  },
} satisfies World
