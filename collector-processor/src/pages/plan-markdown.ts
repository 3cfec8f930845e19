import type { Plan } from '../recommendation/plan.ts'
import type { Recommendation } from '../recommendation/recommendation.ts'
import { escaped, fenced } from '../text/markdown-text.ts'
import { formatSaving } from '../text/numbers.ts'
import { phaseTitles, together, waiting } from './plan-text.ts'

/** The plan as Markdown, for a ticket or a pull request: a list to tick off, with the evidence and the code of each change. */
export function planMarkdown(plan: Plan): string {
  const steps = plan.phases.flatMap(({ recommendations }) => recommendations)
  if (steps.length === 0) return '# Plan\n\nNothing to do.\n'
  const parts = plan.phases.map(
    ({ phase, recommendations }) => `\n## ${phaseTitles[phase]}\n${recommendations.map((one) => step(one, steps)).join('')}`,
  )
  return `# Plan\n\n${escaped(together(plan))}\n${parts.join('')}`
}

function step(recommendation: Recommendation, steps: readonly Recommendation[]): string {
  const { id, title, service, location, saving, effort, advice, evidence, example, runbook } = recommendation
  const waits = waiting(recommendation, steps)
  const where = [service, location].filter((part) => part !== '').join(', ')
  return [
    `\n### ${steps.indexOf(recommendation) + 1}. ${escaped(title)}\n`,
    `\n- [ ] ${escaped(advice)}\n- ${escaped(`${formatSaving(saving)}; ${effort}; ${where}; id ${id}`)}\n`,
    ...evidence.map((sentence) => `- ${escaped(sentence)}\n`),
    waits === undefined ? '' : `- ${escaped(waits)}\n`,
    example === '' ? '' : `\n${fenced(example)}`,
    `\n${escaped(runbook)}\n`,
  ].join('')
}
