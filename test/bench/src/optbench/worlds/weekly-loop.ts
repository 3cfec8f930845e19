import { eventLoop } from '@pitwall/sdk/contract'
import { ofLevels } from '../gauges.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const [HOUR_MS, DAY_MS] = [3_600_000, 24 * 3_600_000]

export default {
  title: 'an event loop that is busy by day and on week-days, and no busier than a week ago',
  truths: [],
  daysBefore: 5,
  begin(service, random) {
    const [base, cycle, free] = [between(random, 0.3, 0.5), between(random, 0.05, 0.2), Math.floor(7 * random())]
    const noise = Array.from({ length: 200 }, () => 0.06 * (random() + random() + random() - 1.5))
    const share = (now: number): number => {
      const day = (Math.floor(now / DAY_MS) + free) % 7
      return (day < 2 ? base / 2 : base) * (1 + cycle * Math.sin((2 * Math.PI * now) / DAY_MS)) + (noise[Math.floor(now / HOUR_MS)] ?? 0)
    }
    return ofLevels(service, { levels: [[eventLoop.utilization, share]], share })
  },
} satisfies World
