import { z } from 'zod'
import { subjectKinds } from '../prometheus/subject.ts'
import { caseSchema } from './written-case.ts'

const units = ['s/s', 'By', 'usd/h', 'ratio'] as const
const text = z.string('must be a text').min(1, 'must not be empty')
const promql = text.meta({ description: 'PromQL. $block stands for the length of a block of evidence, for example [$block].' })

/** Every field of a rule in YAML, once: its type and what it means. The JSON schema for editors is made from it. */
export const ruleSchema = z.strictObject({
  id: text
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes')
    .meta({ description: 'Name of the rule, which recommendations and alerts carry.' }),
  title: text.meta({ description: 'The change in the imperative. {{ subject }}, {{ service }} and {{ label }} are filled in.' }),
  subject: z
    .strictObject({
      label: text.meta({ description: 'Label of the answered series that names the subject, for example code_function_name.' }),
      kind: z.enum(subjectKinds, `must be one of ${subjectKinds.join(', ')}`).meta({ description: 'What the subject is.' }),
    })
    .meta({ description: 'What the rule is about. The series must keep this label and service_name.' }),
  expr: promql.meta({ description: 'PromQL with one series for each subject where the rule holds.' }),
  saving: z
    .strictObject({
      expr: promql.meta({ description: 'PromQL: what is saved, in the unit, for each subject.' }),
      unit: z
        .enum(units, `must be one of ${units.join(', ')}`)
        .meta({ description: 'Seconds of work saved in each second, bytes, US dollars an hour, or a share of the time of a process.' }),
    })
    .meta({ description: 'What the change saves.' }),
  interval: promql
    .optional()
    .meta({ description: 'PromQL: half-width of the interval, in the unit of the saving. Default: from the variation between blocks.' }),
  guard: promql.optional().meta({ description: 'PromQL: a subject without a series here gets no advice.' }),
  advice: text.meta({ description: 'The change in a sentence or two. {{ subject }}, {{ service }} and {{ label }} are filled in.' }),
  effort: z.enum(['minutes', 'hours', 'days'], "must be 'minutes', 'hours' or 'days'").meta({ description: 'How long the change takes.' }),
  verify: z
    .strictObject({
      spent: promql.meta({
        description:
          'PromQL: what was spent in a block, for each subject: seconds; in another unit the amount times the seconds that it lasted, for example dollars × 3600.',
      }),
      requests: promql.meta({
        description: 'PromQL: requests that it was spent on; of a level, such as bytes held, the seconds of the block.',
      }),
    })
    .meta({ description: 'Cost per request, which is compared before and after the change.' }),
  runbook: text.optional().meta({ description: 'Page that explains the rule, in Markdown.' }),
  example: text.optional().meta({ description: 'Source code to paste; the same placeholders are filled in.' }),
  cases: z
    .array(caseSchema, 'must be a list')
    .optional()
    .meta({ description: 'Situations, and what the rule says of them: pitwall rules test judges them on a real Prometheus.' }),
})

/** A rule as a YAML file says it. */
export type RuleDocument = z.output<typeof ruleSchema>

/** The JSON schema (draft 2020-12) by which editors complete a rule. */
export function ruleJsonSchema(): object {
  return { ...z.toJSONSchema(ruleSchema), title: 'Rule of Pitwall' }
}
