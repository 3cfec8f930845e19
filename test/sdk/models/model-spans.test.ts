import { type Attributes, context, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import { AlwaysOffSampler, InMemorySpanExporter, type Sampler, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, it } from 'vitest'
import { models, reuse } from '../../../sdk/src/contract/index.ts'
import { ModelSpans } from '../../../sdk/src/models/model-spans.ts'
import { ModelCallSampler } from '../../../sdk/src/telemetry/model-sampler.ts'
import { ManualClock } from '../../support/clock.ts'
import { collected, total } from '../../support/collected.ts'

const exporter = new InMemorySpanExporter()
const clock = new ManualClock()
let spans = new ModelSpans(clock)

function tracing(sampler?: Sampler): Tracer {
  spans = new ModelSpans(clock)
  return new TracerProvider({
    spanProcessors: [spans, new SimpleSpanProcessor({ exporter })],
    ...(sampler && { sampler: new ModelCallSampler(sampler) }),
  }).getTracer('instrumentation')
}

afterEach(async () => {
  await spans.shutdown()
  exporter.reset()
})

const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'large' } as const
const large = { 'gen_ai.request.model': 'large' } as const
const tokens = (type: string) => total(models.tokens, { ...large, 'gen_ai.token.type': type })
const calls = (attributes: Attributes = large) => total(models.callDuration, attributes)

/** A call of two seconds. */
function call(tracer: Tracer, attributes: Attributes = {}, start: Attributes = chat): void {
  const span = tracer.startSpan('chat large', { attributes: start, startTime: [1_000, 0] })
  span.setAttributes(attributes)
  span.end([1_002, 0])
}

describe('calls of models', () => {
  it('are counted with their time and tokens, cached ones among those of the input', () => {
    const usage = { 'gen_ai.usage.input_tokens': 900, 'gen_ai.usage.cache_read.input_tokens': 600, 'gen_ai.usage.output_tokens': 50 }
    call(tracing(), usage)
    expect([tokens('input'), tokens('cached_input'), tokens('output')]).toEqual([900, 600, 50])
    expect(collected(models.callDuration, large)[0]?.value).toMatchObject({ count: 1, sum: 2 })
    expect(exporter.getFinishedSpans()).toHaveLength(1)
  })

  it('tell of no cached tokens where spans do not, which is not the same as none', () => {
    call(tracing(), { 'gen_ai.usage.input_tokens': 900 })
    expect([tokens('input'), tokens('cached_input')]).toEqual([900, undefined])
  })

  it('have all of their input where the provider counts cached tokens apart', () => {
    call(tracing(), { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.cache_read.input_tokens': 600 })
    expect([tokens('input'), tokens('cached_input')]).toEqual([700, 600])
  })

  it('are counted where their trace is not sampled, and not exported then', () => {
    const tracer = tracing(new AlwaysOffSampler())
    call(tracer)
    tracer.startSpan('a request').end()
    expect(calls()).toBe(1)
    expect(exporter.getFinishedSpans()).toEqual([])
  })

  it('are not those of agents, which hold them, nor those that tell of nothing but a model', () => {
    const tracer = tracing()
    call(tracer, {}, { ...chat, 'gen_ai.operation.name': 'invoke_agent' })
    call(tracer, {}, large)
    expect(calls()).toBeUndefined()
  })

  it('are known by their provider in older instrumentations', () => {
    call(tracing(), { 'gen_ai.usage.prompt_tokens': 10, 'gen_ai.usage.completion_tokens': 3 }, { ...large, 'gen_ai.system': 'openai' })
    expect([tokens('input'), tokens('output')]).toEqual([10, 3])
  })

  it('are not counted twice where two instrumentations see the same call', () => {
    const tracer = tracing()
    const outer = tracer.startSpan('chat', { attributes: chat })
    const within = trace.setSpan(context.active(), outer)
    expect(total(models.active, large)).toBe(1)
    tracer.startSpan('chat', { attributes: chat }, within).end()
    expect(calls()).toBeUndefined()
    outer.end()
    expect([calls(), total(models.active, large)]).toEqual([1, 0])
  })

  it.each([
    [{ 'error.type': '429' }, 'rate_limited'],
    [{ 'error.type': 'RateLimitError' }, 'rate_limited'],
    [{ 'error.type': 'APIConnectionTimeoutError' }, 'timeout'],
    [{ 'error.type': '529' }, 'server_error'],
    [{ 'error.type': 'BadRequestError' }, 'client_error'],
    [{ 'error.type': 'Strange' }, '_OTHER'],
  ])('that fail with %o are %s', (attributes, kind) => {
    call(tracing(), attributes)
    expect(collected(models.callDuration, large).map(({ attributes: { 'error.type': type } }) => type)).toEqual([kind])
    expect(total(models.rejections, large)).toBe(kind === 'rate_limited' ? 1 : 0)
  })

  it('tell of requests that were turned away within them, once each', () => {
    const tracer = tracing()
    const span = tracer.startSpan('chat', { attributes: chat })
    const within = trace.setSpan(context.active(), span)
    for (const status of [429, 429, 200]) {
      tracer.startSpan('POST', { attributes: { 'http.response.status_code': status }, startTime: [5, 0] }, within).end([5, 5e8])
    }
    span.setAttribute('error.type', '429')
    span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
    expect([total(models.rejections, large), total(models.rejectedTime, large)]).toEqual([2, 1])
  })

  it('are counted by their place in the conversation', () => {
    const tracer = tracing()
    for (const input of [100, 200, 300, 400, 500]) {
      call(tracer, { 'gen_ai.conversation.id': 'one', 'gen_ai.usage.input_tokens': input })
    }
    const steps = collected(models.stepInput, large).map(({ attributes, value }) => [attributes['pitwall.model.step'], value])
    expect(steps).toEqual([
      [1, 100],
      [2, 200],
      [3, 700],
      [5, 500],
    ])
  })

  it('beyond 32 models go by one name', () => {
    const tracer = tracing()
    for (let index = 0; index < 40; index++) call(tracer, {}, { ...chat, 'gen_ai.request.model': `model ${index}` })
    expect(calls({ 'gen_ai.request.model': 'other' })).toBe(8)
  })
})

describe('prompts', () => {
  const system = `{"role":"system","content":"${'You are a careful assistant. '.repeat(300)}"}`
  const asking = (...messages: string[]) => ({ 'gen_ai.input.messages': `[${messages.join(',')}]` })
  const user = (text: string) => `{"role":"user","content":"${text}"}`
  const parts = () =>
    Object.fromEntries(collected(models.promptSize, large).map(({ attributes, value }) => [attributes['pitwall.prompt.part'], value]))

  it('are divided into what began the same a moment ago, what stood elsewhere, and what is new', () => {
    const tracer = tracing()
    call(tracer, asking(system, user('first')))
    expect(parts()).toMatchObject({ prefix: 0, repeated: 0 })
    call(tracer, asking(system, user('second')))
    const { prefix, repeated } = parts()
    expect([prefix, repeated]).toEqual([system.length, 0])
    call(tracer, asking(user('at 12:00:01'), system, user('third')))
    expect(Number(parts()['repeated'])).toBeGreaterThan(0.9 * system.length)
    expect(parts()['prefix']).toBe(prefix)
  })

  it('are not the same when a provider would have forgotten them, nor when they are too short for its cache', async () => {
    const tracer = tracing()
    call(tracer, asking(user('hello')))
    call(tracer, asking(user('hello')))
    call(tracer, asking(system))
    await clock.advance(301_000)
    call(tracer, asking(system))
    expect(parts()).toMatchObject({ prefix: 0, repeated: 0 })
  })

  it('are followed as requests where the answer is not drawn by chance, and leave no text anywhere', () => {
    const tracer = tracing()
    const fixed = { ...asking(user('secret')), 'gen_ai.request.temperature': 0 }
    for (const limit of [100, 100, 200]) call(tracer, { ...fixed, 'gen_ai.request.max_tokens': limit })
    call(tracer, { ...fixed, 'gen_ai.request.temperature': 0.5 })
    const [distances] = collected(reuse.distance, { 'pitwall.subject': 'large', 'pitwall.subject.kind': 'model' })
    const counts = typeof distances?.value === 'object' ? Array.from(distances.value.counts) : []
    expect([counts[0], counts.at(-1)]).toEqual([1, 2])
    expect(JSON.stringify(collected(models.promptSize, {}))).not.toContain('secret')
  })

  it('cost a quarter of a percent of the time at most, and are not looked at in between', () => {
    let [now, step] = [0, 10]
    spans = new ModelSpans({ now: () => (now += step), after: () => () => {} })
    const tracer = new TracerProvider({ spanProcessors: [spans] }).getTracer('instrumentation')
    for (let index = 0; index < 3; index++) call(tracer, asking(system))
    expect(parts()).toEqual({ prefix: 0, repeated: 0, new: system.length })
    now += 4_000
    step = 0
    call(tracer, asking(system))
    expect(parts()).toMatchObject({ prefix: system.length })
    expect(calls()).toBe(4)
  })

  it('that a span does not hold are not known, and not zero', () => {
    call(tracing())
    expect(parts()).toEqual({})
    expect(collected(reuse.distance, { 'pitwall.subject': 'large' })).toEqual([])
  })
})
