import { promptingAgent } from '../prompting-agent.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'long prompts that begin the same, which the provider keeps already',
  truths: [],
  begin: (service, random) =>
    promptingAgent(service, random, {
      instructions: between(random, 6_000, 14_000),
      question: between(random, 500, 3_000),
      first: 0,
      isKept: true,
      perSecond: between(random, 0.1, 0.3),
    }),
} satisfies World
