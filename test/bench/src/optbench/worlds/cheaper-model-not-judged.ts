import { twoModels } from '../two-models.ts'
import type { World } from '../world.ts'

export default {
  title: 'an agent that asks one of two models by chance, whose answers nobody judges',
  truths: [],
  begin: (service, random) => twoModels(service, random, { expensive: 0.8, cheaper: 0.8, isJudged: false }),
} satisfies World
