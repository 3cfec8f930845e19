import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { advice, type NumberDefinition } from '@pitwall/sdk/contract'
import { byId, withInfo } from './advice.ts'

/** Moments in the life of a recommendation, and the colours that they are marked with. */
const moments = [
  ['Recommended', advice.created, 'blue'],
  ['Applied', advice.applied, 'orange'],
  ['Verified', advice.verified, 'green'],
] as const satisfies readonly (readonly [string, NumberDefinition, string])[]

/**
 * Marks on every panel where a change was recommended, applied and verified: queries of the recommendation series, so
 * that Grafana needs no token and nobody writes into it. The value of a series is the moment: with `useValueForTime`
 * Grafana's Prometheus plugin takes it as milliseconds.
 */
export function changes(datasource: { readonly type: string; readonly uid: string }): AnnotationQueryBuilder[] {
  return moments.map(([name, metric, color]) => {
    const expr = withInfo(`(${byId(metric)} * 1000)`, ['title', 'service', 'advice', 'rule'])
    return new AnnotationQueryBuilder()
      .name(name)
      .datasource(datasource)
      .enable(true)
      .iconColor(color)
      .target(new DataqueryBuilder().refId('Anno').expr(expr).interval('60s'))
      .titleFormat(`${name}: {{title}}`)
      .textFormat('{{advice}}')
      .tagKeys('service,rule')
      .useValueForTime(true)
  })
}
