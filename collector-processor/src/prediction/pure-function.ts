import { cpuWait } from '@pitwall/sdk/contract'
import type { Evidence } from '../prometheus/evidence.ts'
import { select } from '../prometheus/promql.ts'
import { growth } from '../prometheus/question.ts'
import { aFunction, questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import type { Settings } from '../settings.ts'
import { comparedResults } from './compared-results.ts'
import { effectQuestions, effectsSeen, writingName } from './effects.ts'
import { judgeResults } from './safety.ts'
import { growthInWindow } from './window.ts'

/** A function that waits for longer than the rest of this share asks somebody else, whose answer may change. */
const COMPUTES = 0.8

/** Seconds that the calls of a function held the event loop. */
export const functionCpuSeconds = growth(select(cpuWait.cpuTime), aFunction)

/** What `computes` reads. */
export const computesQuestions = [functionCpuSeconds, questions.functionSeconds, questions.reuseChecks, ...effectQuestions] as const

/**
 * Whether a function does nothing but compute the same from the same, so far as telemetry tells: it waits for nobody, enough of its
 * results were compared, not one was different, and neither its name nor a span within it says that it writes. Such a result is right for ever, and
 * `memoize-pure-function` speaks of it; of every other function `uncached-repetition` does, and never both.
 */
export function computes(evidence: Evidence, subject: Subject, settings: Settings): boolean {
  const checks = comparedResults(evidence, subject)
  if (checks.different > 0 || writingName(subject.name, settings) !== undefined) return false
  if (effectsSeen(evidence, subject, settings) !== undefined) return false
  const spent = growthInWindow(evidence.of(questions.functionSeconds).total(subject), evidence.span).total
  const cpu = growthInWindow(evidence.of(functionCpuSeconds).total(subject), evidence.span).total
  return cpu > COMPUTES * spent && judgeResults(checks, settings.allowedStaleness).kind === 'safe'
}
