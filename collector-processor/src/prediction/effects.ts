import { writingWord } from '@pitwall/sdk/contract'
import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import { labelOf, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import type { Settings } from '../settings.ts'
import { formatNumber } from '../text/numbers.ts'
import type { Safety } from './safety.ts'

/** What `effectsSeen` reads. */
export const effectQuestions = [questions.functionWrites] as const

const kinds: Readonly<Record<string, string>> = {
  http: 'an HTTP request that is no GET',
  database: 'a statement that writes to a database',
  message: 'a message that is sent',
}

/** The word of a function's name that says it writes; undefined for one that says nothing, or that the settings call read-only. */
export function writingName(name: string, { writingWords, readOnlyFunctions }: Settings): string | undefined {
  return readOnlyFunctions.includes(name) ? undefined : writingWord(name, writingWords)
}

/**
 * What spans say of its effects, over all of the evidence; undefined when they have shown none, which proves nothing where calls are
 * not recorded. A request that is no GET may only ask for something: it is a reason to look, not a proof.
 */
export function effectsSeen(evidence: Evidence, subject: Subject, { readOnlyFunctions }: Settings): string | undefined {
  if (readOnlyFunctions.includes(subject.name)) return undefined
  const seen = evidence
    .of(questions.functionWrites)
    .rows(subject)
    .map((row) => ({ calls: sumOf(row.blocks), kind: kinds[labelOf(row, 'pitwall.write')] ?? 'something that writes' }))
    .filter(({ calls }) => calls > 0)
  if (seen.length === 0) return undefined
  const parts = seen.map(({ calls, kind }) => `${formatNumber(Math.ceil(calls))} with ${kind}`)
  return `spans show calls of it that may change something elsewhere: ${parts.join(', ')}`
}

/** What was seen of effects makes what equal results call safe a thing to look at. */
export function withEffects(safety: Safety, seen: string | undefined): Safety {
  return seen === undefined || safety.kind !== 'safe' ? safety : { kind: 'investigate', reason: `${safety.evidence}, but ${seen}` }
}
