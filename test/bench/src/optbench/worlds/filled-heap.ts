import { heap } from '@pitwall/sdk/contract'
import { ofLevels } from '../gauges.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const [HOUR_MS, DAY_MS, MIB] = [3_600_000, 24 * 3_600_000, 1024 ** 2]

export default {
  title: 'a heap that fills for a day while caches get warm, and then stays where it is, with a daily cycle',
  truths: [],
  daysBefore: 5,
  begin(service, random) {
    const [full, cycle, warmMs] = [between(random, 500, 750), between(random, 10, 60), between(random, 4, 20) * HOUR_MS]
    const noise = Array.from({ length: 200 }, () => 30 * (random() + random() + random() - 1.5))
    const used = (now: number): number =>
      full * (1 - 0.7 * Math.exp(-now / warmMs)) + cycle * Math.sin((2 * Math.PI * now) / DAY_MS) + (noise[Math.floor(now / HOUR_MS)] ?? 0)
    return ofLevels(service, {
      levels: [
        [heap.afterGc, (now) => used(now) * MIB],
        [heap.limit, () => 1_024 * MIB],
      ],
      share: (now) => used(now) / 1_024,
    })
  },
} satisfies World
