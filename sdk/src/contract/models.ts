import { modelCallBuckets } from './buckets.ts'
import { histogram, number } from './metric.ts'

/**
 * What the SDK makes of the `gen_ai.*` spans that users' instrumentations end. Its names are its own, so that nothing is counted twice
 * where the instrumentation also exports OpenTelemetry's `gen_ai.client.*` metrics; attributes are OpenTelemetry's.
 */
export const models = {
  callDuration: histogram(
    'pitwall.model.call.duration',
    's',
    ['gen_ai.request.model', 'error.type'],
    modelCallBuckets,
    'Time of the calls of a model, by how they failed.',
  ),
  active: number(
    'updowncounter',
    'pitwall.model.active',
    '{call}',
    ['gen_ai.request.model'],
    'Calls of a model that are not answered yet.',
  ),
  tokens: number(
    'counter',
    'pitwall.model.tokens',
    '{token}',
    ['gen_ai.request.model', 'gen_ai.token.type'],
    'Tokens that the calls of a model used. Those of type cached_input are a part of those of type input, and absent where no span tells of them.',
  ),
  rejections: number(
    'counter',
    'pitwall.model.rejections',
    '{request}',
    ['gen_ai.request.model'],
    'Requests that the provider turned away because there were too many: calls that ended so, and HTTP requests with status 429 within calls.',
  ),
  rejectedTime: number('counter', 'pitwall.model.rejected.time', 's', ['gen_ai.request.model'], 'Time that those requests took.'),
  promptSize: number(
    'counter',
    'pitwall.model.prompt.size',
    '{character}',
    ['gen_ai.request.model', 'pitwall.prompt.part'],
    'Length of prompts, by whether this process sent the same a moment ago; of spans that hold their messages.',
  ),
  steps: number(
    'counter',
    'pitwall.model.steps',
    '{call}',
    ['gen_ai.request.model', 'pitwall.model.step'],
    'Calls of a model that told their input tokens, by which call of its conversation or trace it was.',
  ),
  stepInput: number(
    'counter',
    'pitwall.model.step.input',
    '{token}',
    ['gen_ai.request.model', 'pitwall.model.step'],
    'Input tokens of those calls.',
  ),
} as const

/** What the instrumentation of the user may export of models: OpenTelemetry's names. The SDK makes none of it; rules read it. */
export const genAi = {
  operationDuration: histogram(
    'gen_ai.client.operation.duration',
    's',
    ['gen_ai.request.model', 'error.type'],
    modelCallBuckets,
    'Time of the calls of a model.',
  ),
  tokenUsage: histogram(
    'gen_ai.client.token.usage',
    '{token}',
    ['gen_ai.request.model', 'gen_ai.token.type'],
    [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864],
    'Tokens that each call used.',
  ),
  evaluationScore: histogram(
    'gen_ai.evaluation.score',
    '{score}',
    ['gen_ai.request.model', 'gen_ai.evaluation.name'],
    [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    'How good an answer of a model was, from 0 to 1, as an evaluator of the user says; 0 or 1 where it is failure or success.',
  ),
} as const
