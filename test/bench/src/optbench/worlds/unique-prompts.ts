import { oneModel } from '../one-model.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a model with a price that is asked something new each time, in short prompts',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 1, 4), between(random, 800, 4_000)]
    return oneModel(service, random, {
      perSecond: () => rate,
      key: (index) => `question ${index}`,
      meanMs: () => meanMs,
      ask: ({ key, ms }) => ({ seconds: ms / 1_000, input: 600, output: 200, messages: [key] }),
    })
  },
} satisfies World
