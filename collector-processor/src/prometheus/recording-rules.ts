import { askedOnce, QUESTION_LABEL } from './asked.ts'
import { HOUR_SECONDS } from './hours.ts'
import { range } from './promql.ts'
import type { Question } from './question.ts'
import { RECORDED } from './recorded.ts'

/**
 * A Prometheus rule file (2.42 and later) that answers questions once a block, so that an evaluation reads a few thousand
 * series instead of every agent's. `blockSeconds` must be that of the evaluation: its window divided by its blocks. One
 * group holds all of one length, because the rules of a group share their moments: a mean is of sum and count of the same time.
 */
export function recordingRuleFile(questions: readonly Question[], blockSeconds: number): string {
  const ofHours = questions.filter(({ isOfHours }) => isOfHours === true)
  return [
    '# What Pitwall asks, answered in advance. Made by: pitwall recordings',
    'groups:',
    ...group(
      'pitwall-answers',
      questions.filter((question) => !ofHours.includes(question)),
      blockSeconds,
    ),
    ...(ofHours.length === 0 ? [] : group('pitwall-answers-of-hours', ofHours, HOUR_SECONDS)),
    '',
  ].join('\n')
}

function group(name: string, questions: readonly Question[], seconds: number): readonly string[] {
  const rules = askedOnce(questions, seconds).flatMap(({ promql, key }) => [
    `      - record: ${RECORDED}`,
    `        labels: { ${QUESTION_LABEL}: '${key}' }`,
    `        expr: |`,
    // One series more says that the question was asked, whether or not there was an answer.
    ...`(\n${promql}\n) or vector(1)`.split('\n').map((line) => `          ${line}`),
  ])
  return [`  - name: ${name}`, `    interval: ${range(seconds)}`, '    rules:', ...rules]
}
