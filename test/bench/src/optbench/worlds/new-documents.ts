import { promptingAgent } from '../prompting-agent.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'long prompts of which nearly everything is a new document each time',
  truths: [],
  begin: (service, random) =>
    promptingAgent(service, random, {
      instructions: 800,
      question: between(random, 8_000, 12_000),
      first: 0,
      isKept: true,
      perSecond: between(random, 0.1, 0.3),
    }),
} satisfies World
