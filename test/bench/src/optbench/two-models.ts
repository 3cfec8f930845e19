import { genAi } from '@pitwall/sdk/contract'
import { BucketCounts } from '../../../../sdk/dist/sampling/bucket-counts.js'
import { CHEAPER, CHEAPER_PRICE, DOLLAR, dollars, PRICE, PRICED } from './one-model.ts'
import type { Service } from './service.ts'
import { SimulatedModel } from './simulated-model.ts'
import { between, Traffic } from './traffic.ts'
import type { Life } from './world.ts'

/** How good the answers of both models are, on average, from 0 to 1. */
export interface Quality {
  readonly expensive: number
  readonly cheaper: number
  /** Whether somebody judges them. */
  readonly isJudged: boolean
}

/** A world of an agent that asks one of two models by chance. The advised change is to ask the cheaper one alone. */
export function twoModels(service: Service, random: () => number, { expensive, cheaper, isJudged }: Quality): Life {
  const rate = between(random, 1, 3)
  const tokens = { input: between(random, 1_000, 5_000), output: between(random, 100, 800) }
  const traffic = new Traffic(random, { perSecond: () => rate, key: () => '', meanMs: () => 2_000 })
  const ask = (model: string, price: typeof PRICE | typeof CHEAPER_PRICE, quality: number) => {
    const simulated = new SimulatedModel(service, model)
    const scores = new BucketCounts(genAi.evaluationScore.buckets)
    const labels = { 'gen_ai.request.model': model, 'gen_ai.evaluation.name': 'is-helpful' } as const
    if (isJudged) service.add({ collect: (sink) => sink.histogram(genAi.evaluationScore, labels, scores) })
    return (seconds: number, size: number, luck: number): number => {
      const call = { seconds, input: tokens.input * size, output: tokens.output * size }
      simulated.call(call)
      scores.record(Math.min(1, Math.max(0, quality + 0.3 * (luck - 0.5))))
      return DOLLAR * dollars(call, price)
    }
  }
  const [askExpensive, askCheaper] = [ask(PRICED, PRICE, expensive), ask(CHEAPER, CHEAPER_PRICE, cheaper)]
  let [share, spent] = [0.5, 0]
  return {
    play(until) {
      for (const [, { ms }] of traffic.until(until)) {
        const [chosen, size, luck] = [random(), 0.5 + random(), random()]
        spent += (chosen < share ? askExpensive : askCheaper)(ms / 1_000, size, luck)
      }
      service.now = until
    },
    apply: () => void (share = 0),
    spent: () => spent,
  }
}
