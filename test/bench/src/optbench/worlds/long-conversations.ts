import { conversingAgent } from '../conversing-agent.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'long conversations that are sent whole with every call',
  truths: [{ rule: 'token-waste', subject: 'gpt-4.1' }],
  begin: (service, random) =>
    conversingAgent(service, random, {
      perSecond: between(random, 0.1, 0.3),
      calls: [8, between(random, 30, 60)],
      instructions: between(random, 1_000, 2_500),
      growth: between(random, 600, 1_500),
    }),
} satisfies World
