import { limitedProvider } from '../limited-provider.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'calls of a model that come in groups, and a provider that turns away what comes too fast',
  truths: [{ rule: 'model-concurrency', subject: 'gpt-4.1' }],
  begin(service, random) {
    const [groupsPerSecond, groupSize] = [between(random, 0.1, 0.4), Math.round(between(random, 8, 20))]
    const allowed = groupsPerSecond * groupSize * between(random, 1.6, 3)
    return limitedProvider(service, random, {
      groupsPerSecond,
      groupSize,
      allowed: () => allowed,
      burst: 4,
      meanMs: between(random, 1_000, 4_000),
    })
  },
} satisfies World
