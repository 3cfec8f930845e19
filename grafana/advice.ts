import { advice, type AttributeKey, type NumberDefinition, prometheusLabel } from '@pitwall/sdk/contract'
import { aggregate, selectAdvice } from './promql.ts'

type InfoKey = (typeof advice.info.attributes)[number]

/** What is known about each recommendation for the chosen services, one series an id however many optimizers there are. */
export function recommendations(...states: readonly string[]): string {
  const state = states.length === 0 ? '' : `,${prometheusLabel('state')}=~"${states.join('|')}"`
  return `topk by (id) (1, ${selectAdvice(advice.info)}{${prometheusLabel('service')}=~"$service"${state}})`
}

/** A number of each recommendation with labels that say which it is. */
export function withInfo(value: string, labels: readonly InfoKey[]): string {
  return `${value} * on (id) group_left (${labels.map(prometheusLabel).join(', ')}) ${recommendations()}`
}

/** A metric of recommendations, one series an id and `by`. */
export function byId<M extends NumberDefinition>(
  metric: M,
  where: { readonly [K in M['attributes'][number]]?: string } = {},
  by: readonly AttributeKey[] = [],
): string {
  return aggregate('max', ['id', ...by], selectAdvice(metric, where))
}

/** Only what belongs to the chosen services, in one of the states; in any without states. */
export function ofChosen(value: string, ...states: readonly string[]): string {
  return `${value} and on (id) ${recommendations(...states)}`
}
