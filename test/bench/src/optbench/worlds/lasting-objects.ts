import { inSteps } from '../simulated-process.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'
import { YoungObjects } from '../young-objects.ts'

export default {
  title: 'scavenges that copy what lasts: more room would only put the copying off',
  truths: [],
  begin(service, random) {
    const options = {
      allocated: between(random, 50, 80),
      lasting: 0.45,
      alive: 0.01,
      fixed: 0.3,
      copyMs: between(random, 0.4, 0.6),
      slower: 0.3,
    }
    const one = new YoungObjects(service, options)
    return { play: inSteps((now) => one.step(now, 1, random)) }
  },
} satisfies World
