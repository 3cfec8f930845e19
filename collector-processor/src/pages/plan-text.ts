import type { Plan } from '../recommendation/plan.ts'
import type { Phase, Recommendation } from '../recommendation/recommendation.ts'
import { formatSaving } from '../text/numbers.ts'
import { bold, plain } from '../text/table.ts'
import { wrap } from '../text/wrap.ts'

/** A terminal has at least so many. */
const COLUMNS = 80

const INDENT = '     '

/** What the phases are called. */
export const phaseTitles: Readonly<Record<Phase, string>> = { 'quick-win': 'Quick wins', next: 'Next', later: 'Later' }

/** The plan for a terminal of 80 columns: phases, numbered steps, what they wait for, and what they save together. */
export function planText(plan: Plan, { colour = false }: { readonly colour?: boolean } = {}): string {
  const steps = plan.phases.flatMap(({ recommendations }) => recommendations)
  if (steps.length === 0) return 'Nothing to do.\n'
  const parts = plan.phases.map(({ phase, recommendations }) => {
    const title = phaseTitles[phase]
    return `${colour ? bold(title) : title}\n\n${recommendations.map((one) => step(one, steps, plan)).join('\n')}\n`
  })
  return parts.join('') + wrap(together(plan), COLUMNS)
}

/** What the changes save together, and what that leaves out. */
export function together({ totals, uncounted }: Plan): string {
  const sum = totals.map(formatSaving).join(', ')
  const without =
    uncounted.length === 0 ? '' : ` Gains that overlap are counted once: ${uncounted.length} of these changes add nothing to it.`
  return `Together about ${sum}.${without}`
}

/** The number of a step, and for each that it waits for its number and the reason. */
export function waiting({ waitsFor = [] }: Recommendation, steps: readonly Recommendation[]): string | undefined {
  if (waitsFor.length === 0) return undefined
  const reasons = waitsFor.map(({ id, why }) => `${steps.findIndex((one) => one.id === id) + 1} (${why})`)
  return `Waits for ${reasons.join(', ')}; its saving is measured anew then.`
}

function step(recommendation: Recommendation, steps: readonly Recommendation[], plan: Plan): string {
  const { id, title, service, location, saving, effort, rule, advice, state } = recommendation
  const number = `${steps.indexOf(recommendation) + 1}.`
  const waits = waiting(recommendation, steps)
  const isCounted = !plan.uncounted.includes(id)
  const lines = [
    `${formatSaving(saving)}${isCounted ? '' : ', not in the total'}; ${effort}${state === 'accepted' ? '; accepted' : ''}`,
    advice,
    location === '' ? service : `${service}, ${location}`,
    `${rule}, id ${id}`,
    ...(waits === undefined ? [] : [waits]),
  ]
  return wrap(plain(title), COLUMNS, ` ${number.padStart(3)} `) + lines.map((line) => wrap(line, COLUMNS, INDENT)).join('')
}
