import { calls } from '@pitwall/sdk/contract'
import { usage } from '../prometheus/limited-resources.ts'
import { select, selectPart } from '../prometheus/promql.ts'
import { growth, type Question, together } from '../prometheus/question.ts'
import { aService } from '../prometheus/questions.ts'
import { bypassed } from '../rules/degraded-cache.ts'

/** All calls of the functions of a service, and those that failed, as the parts `calls` and `errors`. */
export const outcomes = together({
  calls: growth(selectPart(calls.duration, 'count'), aService),
  errors: growth(select(calls.errors), aService),
})

/** Everything that health is told from, beside the recommendations. */
export const healthQuestions: readonly Question[] = [outcomes, usage, bypassed]
