import type { Recommendation, Report } from '../recommendation/recommendation.ts'
import { escaped, fenced } from '../text/markdown-text.ts'
import { formatSaving } from '../text/numbers.ts'
import { verdictText } from '../text/verdict.ts'

/** The report as Markdown: a table, then each recommendation with its evidence and code. */
export function markdownReport(report: Report): string {
  const evaluated = `Evaluated ${new Date(report.evaluatedAt * 1_000).toISOString()}.`
  if (report.noVerdict !== undefined) return `# Pitwall\n\n**No verdict.** ${escaped(report.noVerdict)}\n\n${evaluated}\n`
  const { recommendations, notAdvised, health = [] } = report
  const table = recommendations.map((recommendation, index) => {
    const { title, service, location, saving, effort, phase } = recommendation
    const cells = [String(index + 1), title, location === '' ? service : `${service} ${location}`, formatSaving(saving), effort, phase]
    return `| ${[...cells, verdictText(recommendation)].map(escaped).join(' | ')} |\n`
  })
  const reasons = notAdvised.map(
    ({ subject, service, rule, reason }) => `| ${[subject, service, rule, reason].map(escaped).join(' | ')} |\n`,
  )
  const states = health.map(({ service, state, reasons }) => `| ${[service, state, reasons.join('; ')].map(escaped).join(' | ')} |\n`)
  return [
    `# Pitwall\n\n${evaluated}\n`,
    recommendations.length === 0
      ? '\nNothing to recommend: every rule was evaluated and found nothing worth a change.\n'
      : `\n| # | what | where | predicted saving | effort | phase | verdict |\n|---|---|---|---|---|---|---|\n${table.join('')}`,
    ...recommendations.map(section),
    states.length === 0 ? '' : `\n## Health\n\n| service | health | because |\n|---|---|---|\n${states.join('')}`,
    reasons.length === 0 ? '' : `\n## Not advised\n\n| subject | service | rule | why not |\n|---|---|---|---|\n${reasons.join('')}`,
  ].join('')
}

function section({ title, advice, evidence, example, runbook }: Recommendation, index: number): string {
  const sentences = evidence.map((sentence) => `- ${escaped(sentence)}\n`).join('')
  return `\n## ${index + 1}. ${escaped(title)}\n\n${escaped(advice)}\n\n${sentences}\n${fenced(example)}\n${escaped(runbook)}\n`
}
