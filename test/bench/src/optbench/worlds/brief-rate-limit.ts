import { limitedProvider } from '../limited-provider.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a provider that had a bad quarter of an hour, and answers every request since',
  truths: [],
  begin(service, random) {
    const allowed = (now: number) => (now > 4.3 * 3_600_000 && now < 4.55 * 3_600_000 ? 0.5 : 100)
    return limitedProvider(service, random, { groupsPerSecond: between(random, 0.3, 1), groupSize: 3, allowed, burst: 6, meanMs: 2_000 })
  },
} satisfies World
