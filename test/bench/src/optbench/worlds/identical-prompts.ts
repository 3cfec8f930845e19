import { ofText, oneModel } from '../one-model.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a model with a price that is asked the same again, at temperature 0',
  truths: [{ rule: 'identical-model-requests', subject: 'gpt-4.1' }],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 1, 4), between(random, 800, 4_000)]
    return oneModel(service, random, {
      perSecond: () => rate,
      key: popularKeys(random, between(random, 200, 2_000), 0.7 + 0.5 * random()),
      meanMs: () => meanMs,
      ask: ({ key, ms }) => ({
        seconds: ms / 1_000,
        input: 500 + 3_000 * ofText(key),
        output: 100 + 400 * ofText(`${key}!`),
        messages: [key],
      }),
    })
  },
} satisfies World
