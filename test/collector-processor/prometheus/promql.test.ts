import { cache, reuse } from '@pitwall/sdk/contract'
import { parser } from '@prometheus-io/lezer-promql'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregate, increase, last, select, selectAny, selectPart, type Where } from '../../../collector-processor/src/prometheus/promql.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'

/** Whether the grammar of Prometheus' own editor accepts an expression. */
function isValid(expression: string): boolean {
  let valid = true
  parser.parse(expression).iterate({ enter: (node) => void (valid &&= !node.type.isError) })
  return valid
}

describe('PromQL built from the contract', () => {
  it('has the names that arrive in Prometheus', () => {
    const hits = select(cache.requests, { 'pitwall.cache.result': 'hit', 'service.name': 'agent' })
    expect(aggregate('sum', ['service.name', 'pitwall.cache.name'], increase(hits, 300))).toBe(
      'sum by (service_name, pitwall_cache_name) (increase(pitwall_cache_requests_total{pitwall_cache_result="hit",service_name="agent"}[300000ms]))',
    )
    expect(last(selectPart(reuse.distance, 'bucket', { le: { not: '+Inf' } }), 0.5)).toBe(
      'last_over_time(pitwall_reuse_distance_bucket{le!="+Inf"}[500ms])',
    )
    expect(selectAny([cache.ttl, cache.entryLimit])).toBe('{__name__=~"pitwall_cache_ttl_seconds|pitwall_cache_entry_limit"}')
  })

  it('lets no label value out of its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) =>
        isValid(select(cache.ttl, { 'pitwall.cache.name': value.replaceAll('\0', '') })),
      ),
    )
  })

  it('is valid for every question that rules ask', () => {
    for (const question of Object.values(questions)) expect(isValid(question.promql(60)), question.promql(60)).toBe(true)
  })

  it('does not compile with a label that the metric does not have', () => {
    const right: Where<typeof cache.ttl> = { 'pitwall.cache.name': 'a' }
    type Accepts<K extends string> = K extends keyof Where<typeof cache.ttl> ? true : false
    const wrong: Accepts<'pitwall.cache.result'> = false
    const other: Accepts<'service.name'> = true
    expect([Object.keys(right).length, wrong, other]).toEqual([1, false, true])
  })
})
