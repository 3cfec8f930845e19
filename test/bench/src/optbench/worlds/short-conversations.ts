import { conversingAgent } from '../conversing-agent.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'conversations that grow quickly and end soon',
  truths: [],
  begin: (service, random) =>
    conversingAgent(service, random, {
      perSecond: between(random, 0.05, 0.2),
      calls: [2, 9],
      instructions: between(random, 1_000, 2_500),
      growth: between(random, 600, 1_500),
    }),
} satisfies World
