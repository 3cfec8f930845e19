import { conversingAgent } from '../conversing-agent.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'long conversations that are summarized while they go on',
  truths: [],
  begin: (service, random) =>
    conversingAgent(service, random, {
      perSecond: between(random, 0.1, 0.3),
      calls: [8, between(random, 30, 60)],
      instructions: 2_000,
      growth: between(random, 600, 1_500),
      limits: [8_000, 4_000],
    }),
} satisfies World
