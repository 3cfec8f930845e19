import { cache, cacheCosts } from '@pitwall/sdk/contract'
import { cacheSaving } from '../prediction/cache-saving.ts'
import { loadCost, loadCostQuestions } from '../prediction/memory-cache.ts'
import { judgeResults } from '../prediction/safety.ts'
import { shareFellAt } from '../prediction/share-fell.ts'
import { growthInWindow } from '../prediction/window.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import { select } from '../prometheus/promql.ts'
import { growth } from '../prometheus/question.ts'
import { aCache, questions } from '../prometheus/questions.ts'
import { type Blocks, labelOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Rule } from './rule.ts'

/** Fewer of the loads than this are not worth rules for writing keys. */
const MIN_SPARED = 0.1

/** Share of the loads that would be spared which may be forgotten before another spelling comes: the interval is wider by it, upwards. */
const FORGOTTEN = 0.05

/** Loads by whether another spelling of their key had been loaded before. */
export const spelledLoads = growth(select(cacheCosts.spelledLoads), aCache, ['pitwall.cache.spelling'])

function spelled(evidence: Evidence, subject: Subject, spelling: string): Blocks {
  return evidence.of(spelledLoads).total(subject, (row) => labelOf(row, 'pitwall.cache.spelling') === spelling)
}

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const same = spelled(evidence, subject, 'same')
  const [spared, different] = [growthInWindow(same, span).total, growthInWindow(spelled(evidence, subject, 'different'), span).total]
  const compared = growthInWindow(evidence.of(spelledLoads).total(subject), span).total
  if (spared + different < 1) return undefined
  if (compared < settings.minRequests) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${formatNumber(Math.floor(compared))} loads whose keys were compared, needs ${settings.minRequests}`,
    }
  }
  if (spared + different < MIN_SPARED * compared) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `only ${formatShare((spared + different) / compared)} of its loads are of keys in another spelling`,
    }
  }
  const safety = judgeResults({ same: spared, different }, settings.allowedStaleness)
  if (safety.kind === 'unsafe') {
    return { kind: 'notAdvised', subject, reason: `the spelling of its keys matters: of other spellings, ${safety.reason}` }
  }
  const loads = evidence.of(questions.loads).total(subject)
  const loaded = growthInWindow(loads, span).total
  const loadSeconds = loaded > 0 ? growthInWindow(evidence.of(questions.loadSeconds).total(subject), span).total / loaded : 0
  const savedPerRequest = loads.map((count, index) => (count ? Math.min(1, (same[index] ?? 0) / count) * loadSeconds : undefined))
  const found = cacheSaving({ requests: loads, savedPerRequest, loadSeconds }, span)
  if (found === undefined) return { kind: 'notEnoughData', subject, needs: 'loads in at least three blocks of the window' }
  const saving = { ...found, upper: found.upper * (1 + FORGOTTEN) }
  const isSure = safety.kind === 'safe'
  return {
    kind: 'finding',
    subject,
    title: isSure ? `Normalize the keys of ${subject.name}` : `Investigate whether the keys of ${subject.name} may be normalized`,
    advice: `${isSure ? 'Give' : 'If case and white space do not matter, give'} ${subject.name} a key function that makes one spelling of them.`,
    effort: isSure ? 'hours' : 'days',
    saving,
    evidence: [
      `${formatNumber(Math.round(compared))} loads in the window, ${formatSeconds(loadSeconds)} each.`,
      `At least ${formatShare(spared / compared)} of them were of keys that had been loaded before, in another case or with other white space.`,
      isSure ? `${safety.evidence}.` : `Not proven safe: ${safety.reason}.`,
      `Predicted, at least: ${formatSaving(saving)}.`,
    ],
    example: [
      `const ${identifier(subject.name)} = cached(load, {`,
      `  name: ${JSON.stringify(subject.name)},`,
      `  key: (text) => text.toLowerCase().replace(/\\s+/g, ' ').trim(),`,
      `})`,
      ``,
    ].join('\n'),
    change: { normalized: 'true' },
  }
}

const runbook = `# Normalize keys

## What it means
What is asked for again is written in another way: \`Paris\`, \`paris\`, \`paris \`. To the cache these are different keys, so each is loaded.

## How the saving is computed
The SDK remembers hashes of the latest keys without case and surplus white space, when such a cache would have loaded them, and a hash of what came of it (\`${cacheCosts.spelledLoads.name}\`). It counts loads that an earlier one in another spelling would have spared within its time to live.

    saving = loads/s of keys loaded before in another spelling, with the same value × mean load time

It is a lower bound: what is forgotten counts as new, and keys beyond 128 characters are not compared. Other ways of writing the same (order of a list, punctuation, synonyms) come on top. The interval comes from the differences between the blocks of the window and between earlier windows.

## When it does not apply
- Other spellings loaded other values in more than one of a hundred cases: the spelling matters.
- Too few of them were compared to be sure: the advice is then to *investigate*.
- Loads that take less than a millisecond, whose keys are not looked at.
- Functions without a cache: their arguments are not compared in this way.

## How to verify it
Give the cache a \`key\` function. When hardly any load is of a key in another spelling, Pitwall takes the change as made, and compares the seconds of loading per request with those before.
`

const name = { 'pitwall.cache.name': 'hotels' } as const

/** A cache that loads ten times a second for 50 ms; shares of these of keys in another spelling, with the same value and another. */
function loading(same: number, different = 0, perSecond = 10): WrittenSeries[] {
  const inMemory = { ...name, 'pitwall.cache.backend': 'memory', 'pitwall.cache.tier': 'memory' } as const
  const spelling = (outcome: string, share: number): WrittenSeries =>
    written(cacheCosts.spelledLoads, { ...name, 'pitwall.cache.spelling': outcome }, perSecond * share)
  return [
    written(cache.requests, { ...inMemory, 'pitwall.cache.result': 'miss' }, perSecond),
    spelling('new', 1 - same - different),
    spelling('same', same),
    spelling('different', different),
    ...writtenMean(cache.loadDuration, name, perSecond, 0.05),
  ]
}

export default {
  title: 'Normalize keys',
  effort: 'hours',
  subjectKind: 'cache',
  questions: [spelledLoads, questions.loads, questions.loadSeconds],
  costQuestions: loadCostQuestions,
  evaluate: judgeEach(spelledLoads, judge),
  appliedAt: (evidence, { subject, createdAt }) =>
    shareFellAt(spelled(evidence, subject, 'same'), evidence.of(questions.loads).total(subject), createdAt, evidence.span),
  hasControls: true,
  cost: loadCost,
  runbook,
  cases: [
    { title: 'two of three loads are of another spelling', says: 'finding', series: loading(0.66) },
    { title: 'other spellings, other values', says: 'notAdvised', series: loading(0.3, 0.3) },
    { title: 'another spelling now and then', says: 'notAdvised', series: loading(0.03) },
    { title: 'keys that are all different', says: 'nothing', series: loading(0) },
    { title: 'a handful of loads', says: 'notEnoughData', series: loading(0.5, 0, 0.02) },
  ],
} satisfies Rule
