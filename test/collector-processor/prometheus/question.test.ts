import { genAi, models } from '@pitwall/sdk/contract'
import { parser } from '@prometheus-io/lezer-promql'
import { describe, expect, it } from 'vitest'
import { aModel, modelUse } from '../../../collector-processor/src/prometheus/model-questions.ts'
import { select, selectPart } from '../../../collector-processor/src/prometheus/promql.ts'
import { area, either, growth, together } from '../../../collector-processor/src/prometheus/question.ts'

const ours = growth(selectPart(models.callDuration, 'count'), aModel)
const theirs = growth(selectPart(genAi.operationDuration, 'count'), aModel)

/** Whether the grammar of Prometheus' own editor accepts an expression. */
function isValid(expression: string): boolean {
  let valid = true
  parser.parse(expression).iterate({ enter: (node) => void (valid &&= !node.type.isError) })
  return valid
}

describe('questions made of others', () => {
  it('take the second answer only for what the first does not answer: both keep the same labels', () => {
    const [first, second, ...more] = either(ours, theirs).promql(60).split(' or ')
    expect([first, second, more]).toEqual([ours.promql(60), theirs.promql(60), []])
    expect(first?.match(/by \([^)]*\)/)?.[0]).toBe(second?.match(/by \([^)]*\)/)?.[0])
  })

  it('are one query whose rows say which part they answer', () => {
    const question = together({ calls: ours, active: area(select(models.active), aModel) })
    expect(question.promql(60)).toContain(`label_replace(${ours.promql(60)}, "part", "calls", "", "")`)
    expect(question.subjectOf({ service_name: 'agent', gen_ai_request_model: 'gpt-4.1' })).toMatchObject({ kind: 'model', name: 'gpt-4.1' })
    expect(question.subjectOf({ service_name: 'agent', gen_ai_request_model: 'other' })).toBeUndefined()
  })

  it('are PromQL, also the longest of them', () => {
    expect(isValid(modelUse.promql(300))).toBe(true)
    expect(area(select(models.active), aModel).promql(60)).toContain('(avg_over_time(pitwall_model_active[60000ms]) * 60)')
  })
})
