import { limitedProvider } from '../limited-provider.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a quota that is used up half an hour ago: every request is turned away, however few are made at once',
  truths: [],
  begin(service, random) {
    const allowed = (now: number) => (now < 4.5 * 3_600_000 ? 100 : 0)
    return limitedProvider(service, random, { groupsPerSecond: between(random, 0.3, 1), groupSize: 2, allowed, burst: 10, meanMs: 2_000 })
  },
} satisfies World
