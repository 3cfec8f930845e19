import type { Evidence } from '../prometheus/evidence.ts'
import type { Subject } from '../prometheus/subject.ts'
import { growthInWindow } from './window.ts'
import { patternInWindow, savedInRuns } from './run-pattern.ts'

/** Shorter calls are mostly the way there and back, which one call for all of them has once (Sentry's bound for consecutive calls). */
export const SHORT_SECONDS = 0.03

/** Mean seconds that each of many calls under one parent adds to a run; undefined where there are no such groups. */
export function secondsOfRepeated(evidence: Evidence, subject: Subject): number | undefined {
  const { calls, groups } = patternInWindow(evidence, subject, 'repeated')
  // The longest of each group is the one that stays.
  return calls > groups ? growthInWindow(savedInRuns(evidence, subject, 'batched'), evidence.span).total / (calls - groups) : undefined
}

/** Whether most calls that follow each other are short ones of which there are many under one parent. */
export function isBatchable(evidence: Evidence, subject: Subject): boolean {
  const seconds = secondsOfRepeated(evidence, subject)
  const [repeated, sequential] = [patternInWindow(evidence, subject, 'repeated'), patternInWindow(evidence, subject, 'sequential')]
  return seconds !== undefined && seconds < SHORT_SECONDS && repeated.calls > sequential.calls / 2
}
