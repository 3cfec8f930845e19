import { oneModel } from '../one-model.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a model without a price whose embeddings of the same texts are asked for again',
  truths: [{ rule: 'identical-model-requests', subject: 'local-embeddings' }],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 2, 6), between(random, 80, 400)]
    return oneModel(service, random, {
      model: 'local-embeddings',
      perSecond: () => rate,
      key: popularKeys(random, between(random, 200, 2_000), 0.7 + 0.5 * random()),
      meanMs: () => meanMs,
      ask: ({ key, ms }) => ({ seconds: ms / 1_000, input: 400, messages: [key] }),
    })
  },
} satisfies World
