import { genAi, models } from '@pitwall/sdk/contract'
import { select, selectPart } from './promql.ts'
import { either, growth, type Question, type SubjectLabels, together } from './question.ts'

/** Series about a model that is asked. */
export const aModel: SubjectLabels = { name: 'gen_ai.request.model', kind: 'model' }

/**
 * What the calls of models took and used: from spans, by the SDK, or else from the metrics of the user's instrumentation, never the sum
 * of both. Tokens of `cachedInput` are a part of those of `input`.
 */
export const modelUse = together({
  calls: ofCalls('count'),
  seconds: ofCalls('sum'),
  input: tokens('input'),
  output: tokens('output'),
  cachedInput: growth(select(models.tokens, { 'gen_ai.token.type': 'cached_input' }), aModel),
  rejections: growth(select(models.rejections), aModel),
  rejectedSeconds: growth(select(models.rejectedTime), aModel),
})

function ofCalls(part: 'count' | 'sum'): Question {
  return either(growth(selectPart(models.callDuration, part), aModel), growth(selectPart(genAi.operationDuration, part), aModel))
}

function tokens(type: 'input' | 'output'): Question {
  const where = { 'gen_ai.token.type': type } as const
  return either(growth(select(models.tokens, where), aModel), growth(selectPart(genAi.tokenUsage, 'sum', where), aModel))
}
