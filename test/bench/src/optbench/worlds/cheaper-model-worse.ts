import { twoModels } from '../two-models.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'an agent that asks one of two models by chance, of which the cheaper one is judged a little worse',
  truths: [],
  begin(service, random) {
    const quality = between(random, 0.5, 0.8)
    return twoModels(service, random, { expensive: quality, cheaper: quality - 0.04, isJudged: true })
  },
} satisfies World
