import type { NotAdvised, Recommendation } from '../recommendation/recommendation.ts'
import { formatAmount, formatSaving } from './numbers.ts'
import { decisionText } from './verdict.ts'
import { renderTable, type TableOptions } from './table.ts'

/** The ranked table: what to do, where, what it is predicted to save with the interval, effort, and where it stands. */
export function recommendationTable(recommendations: readonly Recommendation[], options: TableOptions = {}): string {
  const rows = recommendations.map((recommendation, index) => [
    String(index + 1),
    recommendation.title,
    recommendation.service,
    recommendation.location,
    formatSaving(recommendation.saving),
    recommendation.effort,
    recommendation.rule,
    stateOf(recommendation),
  ])
  const columns = [
    { title: '#', align: 'right' },
    { title: 'what', maxWidth: 44 },
    { title: 'service', maxWidth: 24 },
    { title: 'where', maxWidth: 36, keep: 'end' },
    { title: 'predicted saving' },
    { title: 'effort' },
    { title: 'rule' },
    { title: 'state' },
  ] as const
  return renderTable(columns, rows, options)
}

/** What was looked at and not advised, with the reason. */
export function notAdvisedTable(notAdvised: readonly NotAdvised[], options: TableOptions = {}): string {
  const rows = notAdvised.map(({ service, subject, rule, reason }) => [subject, service, rule, reason])
  return renderTable(
    [{ title: 'not advised', maxWidth: 32 }, { title: 'service', maxWidth: 24 }, { title: 'rule' }, { title: 'why' }],
    rows,
    options,
  )
}

function stateOf({ state, actual, saving, decision }: Recommendation): string {
  if (decision !== undefined) return decisionText(state, decision)
  return actual === undefined ? state : `${state}: saved ${formatAmount(actual, saving.unit)}`
}
