import { releasedService } from '../released-service.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const HOUR_MS = 3_600_000

export default {
  title: 'a release after which one of four functions takes longer',
  truths: [{ rule: 'latency-regression', subject: 'search' }],
  daysBefore: 4,
  begin(service, random) {
    const [rate, meanMs, slower] = [between(random, 0.15, 0.5), between(random, 1_000, 3_000), between(random, 1.4, 2)]
    const at = (72 + 18 * random()) * HOUR_MS
    let isMended = false
    const others = ['load', 'rank', 'summarize'].map((name) => {
      const mean = between(random, 500, 3_000)
      return { name, perSecond: () => rate / 2, meanMs: () => mean }
    })
    const search = { name: 'search', perSecond: () => rate, meanMs: (now: number) => (now < at || isMended ? meanMs : meanMs * slower) }
    const life = releasedService(service, random, [search, ...others], [24 * HOUR_MS, at])
    return { play: (until) => life.play(until), apply: () => void (isMended = true), spent: () => life.spentMs('search') }
  },
} satisfies World
