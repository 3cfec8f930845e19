import { evaluateOnce, evaluationOptions } from '../evaluation.ts'
import type { NotAdvised, Report } from '../recommendation/recommendation.ts'
import { isOpen, totals } from '../recommendation/total.ts'
import { formatSaving } from '../text/numbers.ts'
import { healthTable } from '../text/health-table.ts'
import { notAdvisedTable, recommendationTable } from '../text/recommendation-table.ts'
import type { Command, ExitCode } from './command.ts'

/** One evaluation of what Prometheus knows, as a ranked table. Exit code 3 when there is no verdict. */
const advise: Command = {
  summary: 'Judge once what Prometheus knows, and print a ranked table of what to change.',
  options: {
    ...evaluationOptions,
    json: { type: 'boolean', description: 'Print the whole report as one JSON document.' },
  },
  examples: ['pitwall advise', 'pitwall advise --prometheus http://prometheus:9090 --window 30m', 'pitwall advise --json'],
  run: async (options, io) => {
    const report = await evaluateOnce(options, io, 'advise')
    if (options['json'] === true) io.out(`${JSON.stringify(report, null, 2)}\n`)
    else io.out(report.noVerdict === undefined ? page(report, io.colour) : '')
    if (report.noVerdict === undefined) return 0
    io.err(`No verdict: ${report.noVerdict}\n`)
    return 3 satisfies ExitCode
  },
}

export default advise

function page({ recommendations, notAdvised, health = [] }: Report, colour: boolean): string {
  const open = recommendations.filter(isOpen)
  const together = totals(recommendations).map(formatSaving).join(', ')
  const sum = `Together about ${together} saved; gains that overlap are counted once (pitwall plan).\n`
  return [
    recommendations.length === 0 ? `${nothing(notAdvised)}\n` : recommendationTable(recommendations, { colour }),
    open.length < 2 ? '' : sum,
    ...open
      .slice(0, 3)
      .map(({ title, advice, evidence, runbook }) => [`${title}: ${advice}`, ...evidence, runbook, ''].join('\n  ').trimEnd() + '\n'),
    healthTable(health, { colour }),
    notAdvised.length === 0 ? '' : notAdvisedTable(notAdvised, { colour }),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

/** That there is nothing to improve is said only when everything could be judged. */
function nothing(notAdvised: readonly NotAdvised[]): string {
  return notAdvised.some(({ reason }) => reason.startsWith('not enough data'))
    ? 'Nothing to advise yet: not all of it could be judged. A shorter --window needs less data.'
    : 'Nothing to advise.'
}
