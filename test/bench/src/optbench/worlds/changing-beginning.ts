import { promptingAgent } from '../prompting-agent.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'long instructions behind a time and a name, which make every prompt a new one for the provider',
  truths: [{ rule: 'prompt-prefix', subject: 'gpt-4.1' }],
  begin: (service, random) =>
    promptingAgent(service, random, {
      instructions: between(random, 6_000, 14_000),
      question: between(random, 500, 3_000),
      first: 60,
      isKept: true,
      perSecond: between(random, 0.1, 0.3),
    }),
} satisfies World
