import { evaluateOnce, evaluationOptions } from '../evaluation.ts'
import { planMarkdown } from '../pages/plan-markdown.ts'
import { planText } from '../pages/plan-text.ts'
import { planOf } from '../recommendation/plan.ts'
import { type Command, type ExitCode, UsageError } from './command.ts'

/** What to do first, next and later, and what it saves together. Exit code 3 when there is no verdict. */
export default {
  summary: 'Judge once, and print what to change first, next and later, and what it saves together.',
  options: {
    ...evaluationOptions,
    json: { type: 'boolean', description: 'Print the plan as one JSON document.' },
    markdown: { type: 'boolean', description: 'Print the plan as Markdown, with the code, for a ticket.' },
  },
  examples: ['pitwall plan', 'pitwall plan --window 30m --markdown > plan.md', 'pitwall plan --json'],
  run: async (options, io) => {
    const { json, markdown } = options
    if (json === true && markdown === true) throw new UsageError('say --json or --markdown, not both.')
    const report = await evaluateOnce(options, io, 'plan')
    if (report.noVerdict !== undefined) {
      io.err(`No verdict: ${report.noVerdict}\n`)
      return 3 satisfies ExitCode
    }
    const plan = planOf(report.recommendations)
    if (json === true) io.out(`${JSON.stringify({ evaluatedAt: report.evaluatedAt, ...plan }, null, 2)}\n`)
    else io.out(markdown === true ? planMarkdown(plan) : planText(plan, { colour: io.colour }))
    return 0
  },
} satisfies Command
