import { z } from 'zod'
import type { WrittenSeries } from '../prometheus/written-series.ts'
import type { RuleCase } from '../rules/rule.ts'

const says = ['finding', 'notAdvised', 'notEnoughData', 'nothing'] as const

const written = z
  .strictObject({
    series: z
      .string('must be a text')
      .refine((text) => parsed(text) !== undefined, 'must be one series as PromQL selects it, for example my_total{service_name="agent"}')
      .meta({ description: 'The series as PromQL selects it, every label with =. service_name is agent unless it says otherwise.' }),
    perSecond: z.number('must be a number').optional().meta({ description: 'Growth of a counter in each second.' }),
    level: z.number('must be a number').optional().meta({ description: 'Value of a gauge, which stays.' }),
  })
  .refine(({ perSecond, level }) => (perSecond === undefined) !== (level === undefined), 'must have perSecond or level, and not both')

/** A situation and what the rule says of it, as a YAML file has it. */
export const caseSchema = z.strictObject({
  title: z.string('must be a text').min(1, 'must not be empty').meta({ description: 'The situation in words.' }),
  says: z.enum(says, `must be one of ${says.join(', ')}`).meta({ description: 'What the rule says of it; nothing: it gives no answer.' }),
  series: z
    .array(written, 'must be a list')
    .meta({ description: 'What Prometheus knows: series that go on evenly for more than a window.' }),
})

/** Names of the fields of a case, and of its series. */
export const caseFields: readonly string[] = Object.keys(caseSchema.shape)
export const seriesFields: readonly string[] = Object.keys(written.shape)

/** The case as rules have theirs. */
export function ruleCase({ title, says, series }: z.output<typeof caseSchema>): RuleCase {
  return { title, says, series: series.flatMap(({ series: text, ...value }): WrittenSeries[] => withValue(text, value)) }
}

function withValue(text: string, { perSecond, level }: { perSecond?: number | undefined; level?: number | undefined }): WrittenSeries[] {
  const found = parsed(text)
  if (found === undefined) return []
  const labels = { service_name: 'agent', ...found.labels }
  return [{ name: found.name, labels, ...(perSecond === undefined ? {} : { perSecond }), ...(level === undefined ? {} : { level }) }]
}

/** `name{label="value", …}` → name and labels; undefined for anything else. */
function parsed(text: string): Pick<WrittenSeries, 'name' | 'labels'> | undefined {
  const match = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s*$/s.exec(text)
  if (match?.[1] === undefined) return undefined
  const matchers = match[2] ?? ''
  const matcher = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/gy
  const labels: Record<string, string> = {}
  while (matcher.lastIndex < matchers.length && matchers.slice(matcher.lastIndex).trim() !== '') {
    const found = matcher.exec(matchers)
    if (found?.[1] === undefined || found[2] === undefined) return undefined
    labels[found[1]] = found[2].replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
  }
  return { name: match[1], labels }
}
