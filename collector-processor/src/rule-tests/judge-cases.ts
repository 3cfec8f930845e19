import { prometheusClient } from '../prometheus/client.ts'
import { type Evidence, gather, type Span } from '../prometheus/evidence.ts'
import { worthOf } from '../recommendation/worth.ts'
import type { Answer, NamedRule, RuleCase } from '../rules/rule.ts'
import type { StackOptions } from '../servers/stack.ts'
import { parseSettings, type Settings } from '../settings.ts'
import { formatSaving } from '../text/numbers.ts'
import { type HistoricPrometheus, type HistoricSeries, startWithHistory } from './historic-prometheus.ts'

/** What became of one case. */
export interface JudgedCase {
  readonly title: string
  readonly expected: RuleCase['says']
  readonly said: RuleCase['says']
  /** What the rule said, in words; empty for nothing. */
  readonly words: string
  /** What Prometheus refused, one sentence each. */
  readonly refused: readonly string[]
}

/** Seconds of series in each case, which is more than a window, and between the ends of two. */
const [CASE_SECONDS, APART_SECONDS] = [4_200, 7_200]

const STEP_SECONDS = 30

/** Prometheus keeps a week. */
const CASES_AT_ONCE = 80

/** A case and the rule that it is of. */
export interface RuleAndCase {
  readonly rule: NamedRule
  readonly written: RuleCase
  /** Takes what Prometheus refused of the rule since it was asked last. */
  readonly refusals: () => readonly string[]
}

/**
 * Judges cases on a real Prometheus, which is started for them: each has a time of its own in it, so that none sees the series of
 * another. The outcomes are in the order of the cases.
 */
export async function judgeCases(
  all: readonly RuleAndCase[],
  options: Pick<StackOptions, 'env' | 'signal' | 'onProgress'>,
): Promise<readonly JudgedCase[]> {
  const judged: JudgedCase[] = []
  for (let first = 0; first < all.length; first += CASES_AT_ONCE) {
    const cases = all.slice(first, first + CASES_AT_ONCE)
    const series = cases.flatMap(({ written }, index) => seriesOf(written, index))
    const prometheus = await startWithHistory(series, { seconds: cases.length * APART_SECONDS, stepSeconds: STEP_SECONDS, ...options })
    try {
      for (const [index, one] of cases.entries()) judged.push(await judge(one, index, prometheus))
    } finally {
      await prometheus.stop()
    }
  }
  return judged
}

function seriesOf({ series }: RuleCase, index: number): HistoricSeries[] {
  const end = (index + 1) * APART_SECONDS
  const from = end - CASE_SECONDS
  return series.map(({ name, labels, perSecond, level }) => ({
    name,
    labels,
    at: (second) => (second < from || second > end ? undefined : (level ?? (perSecond ?? 0) * (second - from))),
  }))
}

async function judge({ rule, written, refusals }: RuleAndCase, index: number, { url, start }: HistoricPrometheus): Promise<JudgedCase> {
  const settings = parseSettings({ prometheusUrl: url })
  const blockSeconds = settings.windowMs / settings.blocks / 1_000
  const span: Span = { end: start + (index + 1) * APART_SECONDS, blockSeconds, blocks: settings.blocks, windowBlocks: settings.blocks }
  const evidence: Evidence = await gather(prometheusClient(settings), rule.questions, span)
  const answers = rule.evaluate(evidence, settings).map((answer) => asAdvised(answer, settings))
  // A finding is what people look for; of several answers it is the one that counts.
  const answer = answers.find(({ kind }) => kind === 'finding') ?? answers[0]
  return { title: written.title, expected: written.says, said: answer?.kind ?? 'nothing', words: wordsOf(answer), refused: refusals() }
}

/** A finding that is worth too little is not advised. */
function asAdvised(answer: Answer, settings: Settings): Answer {
  if (answer.kind !== 'finding' || worthOf(answer.saving, settings) >= settings.minSaving) return answer
  const reason = `its saving is worth too little: ${formatSaving(answer.saving)}`
  return { kind: 'notAdvised', subject: answer.subject, reason }
}

function wordsOf(answer: Answer | undefined): string {
  if (answer === undefined) return ''
  if (answer.kind === 'finding') return `${answer.title}: ${formatSaving(answer.saving)}`
  return answer.kind === 'notAdvised' ? answer.reason : answer.needs
}
