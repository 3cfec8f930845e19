import { heap } from '@pitwall/sdk/contract'
import { ofLevels } from '../gauges.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const [HOUR_MS, DAY_MS, MIB] = [3_600_000, 24 * 3_600_000, 1024 ** 2]

export default {
  title: 'a heap that grows every day, with a daily cycle and noise, and will be full within days',
  truths: [{ rule: 'saturation-forecast', subject: 'heap' }],
  daysBefore: 5,
  begin(service, random) {
    const [from, perDay, cycle] = [between(random, 200, 350), between(random, 45, 80), between(random, 5, 20)]
    let limit = 1_024
    // One draw an hour, whatever is asked.
    const noise = Array.from({ length: 200 }, () => 12 * (random() + random() + random() - 1.5))
    const used = (now: number): number =>
      from + (perDay * now) / DAY_MS + cycle * Math.sin((2 * Math.PI * now) / DAY_MS) + (noise[Math.floor(now / HOUR_MS)] ?? 0)
    const life = ofLevels(service, {
      levels: [
        [heap.afterGc, (now) => used(now) * MIB],
        [heap.limit, () => limit * MIB],
      ],
      share: (now) => used(now) / limit,
    })
    return { ...life, apply: ({ maxOldSpaceMiB }) => void (limit = Number(maxOldSpaceMiB)) }
  },
} satisfies World
