import { type Attributes, context, type Span, SpanKind, trace } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, it } from 'vitest'
import { EffectSpans } from '../../../sdk/src/effects/effect-spans.ts'
import { collectSources, type MetricSink } from '../../../sdk/src/telemetry/source.ts'
import { scope } from '../../../sdk/src/telemetry/scope.ts'

let counting = new EffectSpans()
afterEach(async () => {
  await counting.shutdown()
  counting = new EffectSpans()
})

/** An agent's spans: those of profiled functions, and those of other instrumentations. */
function agent(): {
  called: (name: string, parent?: Span) => Span
  other: (attributes: Attributes, parent?: Span, kind?: SpanKind) => Span
} {
  const provider = new TracerProvider({ spanProcessors: [counting] })
  const under = (parent?: Span) => (parent === undefined ? context.active() : trace.setSpan(context.active(), parent))
  return {
    called: (name, parent) => provider.getTracer(scope.name).startSpan(name, {}, under(parent)),
    other: (attributes, parent, kind = SpanKind.CLIENT) => provider.getTracer('http').startSpan('x', { kind, attributes }, under(parent)),
  }
}

/** Series by their attributes. */
function counted(): Record<string, number> {
  const found: Record<string, number> = {}
  const sink: MetricSink = {
    number: (metric, attributes, value) => {
      if (/^pitwall\.function\.(writes|nested)$/.test(metric.name)) found[Object.values(attributes).join(' ')] = value
    },
    histogram: () => {},
  }
  collectSources(sink)
  return found
}

const post = { 'http.request.method': 'POST' }

describe('what spans say of the effects of functions', () => {
  it.each([
    [post, 'http'],
    [{ 'http.method': 'DELETE' }, 'http'],
    [{ 'db.operation.name': 'INSERT' }, 'database'],
    [{ 'db.query.text': '  update orders set paid = ?' }, 'database'],
    [{ 'db.system': 'mongodb', 'db.operation': 'insert' }, 'database'],
  ])('counts a call within which there is %j as one that wrote', (attributes, kind) => {
    const { called, other } = agent()
    const search = called('search')
    other(attributes, search).end()
    search.end()
    expect(counted()).toEqual({ [`search ${kind}`]: 1 })
  })

  it.each([
    [{ 'http.request.method': 'GET' }, SpanKind.CLIENT],
    [post, SpanKind.SERVER],
    [{ 'db.query.text': 'select updated_at from orders' }, SpanKind.CLIENT],
    [{ 'db.operation.name': 'find' }, SpanKind.CLIENT],
    [{}, SpanKind.INTERNAL],
  ])('does not count %j of kind %i', (attributes, kind) => {
    const { called, other } = agent()
    const search = called('search')
    other(attributes, search, kind).end()
    search.end()
    expect(counted()).toEqual({})
  })

  it('counts each call once, however much it writes, and every function around it', () => {
    const { called, other } = agent()
    const plan = called('plan')
    const book = called('book', plan)
    const inner = other({}, book, SpanKind.INTERNAL)
    other(post, inner).end()
    other(post, book).end()
    for (const span of [inner, book, plan]) span.end()
    expect(counted()).toEqual({ 'plan http': 1, 'book http': 1, 'book plan': 1 })
  })

  it('does not take a question to a model for an effect, nor what happens outside of any function', () => {
    const { called, other } = agent()
    const answer = called('answer')
    const chat = other({ 'gen_ai.operation.name': 'chat' }, answer)
    other(post, chat).end()
    chat.end()
    answer.end()
    other(post).end()
    expect(counted()).toEqual({})
  })

  it('names a cache as the function that it loads, and no function as a caller of itself', () => {
    const { called } = agent()
    const plan = called('plan')
    const load = called('load rates', plan)
    called('rates', load).end()
    load.end()
    plan.end()
    expect(counted()).toEqual({ 'rates plan': 1 })
  })

  it('is bounded, whatever the names are', () => {
    const { called } = agent()
    const root = called('root')
    for (let index = 0; index < 1_000; index++) called(`f${index}`, called(`g${index}`, root)).end()
    expect(Object.keys(counted()).length).toBeLessThanOrEqual(500)
  })

  it('exports nothing more once it is shut down', async () => {
    const { called, other } = agent()
    const search = called('search')
    other(post, search).end()
    await counting.shutdown()
    expect(counted()).toEqual({})
  })
})
