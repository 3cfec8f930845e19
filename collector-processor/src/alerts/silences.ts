import { z } from 'zod'
import { reason } from '../prometheus/client.ts'
import { readText } from '../prometheus/read-text.ts'
import type { Decision } from '../recommendation/decision.ts'
import type { Recommendation } from '../recommendation/recommendation.ts'
import type { Settings } from '../settings.ts'
import { ALERT_NAME } from './alert-rule.ts'

/** What karma and kthxbye, pages for Alertmanager, put before the comment of a silence that says "somebody is at it". */
const ACKNOWLEDGED = 'ACK!'

/** Alertmanager answers from memory; an evaluation does not wait longer for it. */
const MAX_WAIT_MS = 5_000

/** The settings that matter for reading silences. */
export type SilenceSettings = Pick<Settings, 'alertmanagerUrl' | 'alertmanagerHeaders' | 'queryTimeoutMs' | 'maxResponseBytes'>

/**
 * What the active silences of Alertmanager (API v2) say: one that names the id of a recommendation dismisses it until it ends, one
 * whose comment begins with `ACK!` accepts it. None where no Alertmanager is set. Rejects with one sentence when it does not answer.
 */
export async function silencedDecisions(settings: SilenceSettings): Promise<readonly Decision[]> {
  const { alertmanagerUrl } = settings
  if (alertmanagerUrl === undefined) return []
  const silences = await readSilences(`${alertmanagerUrl.replace(/\/+$/, '')}/api/v2/silences`, settings)
  return silences.filter(({ status }) => status.state === 'active').flatMap((silence) => decisionOf(silence) ?? [])
}

const silenceSchema = z.object({
  status: z.object({ state: z.string() }),
  createdBy: z.string(),
  comment: z.string(),
  endsAt: z.string(),
  matchers: z.array(z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().default(true) })),
})
type Silence = z.output<typeof silenceSchema>

async function readSilences(url: string, settings: SilenceSettings): Promise<readonly Silence[]> {
  const consequence = 'no silence dismisses anything'
  const waitMs = Math.min(settings.queryTimeoutMs, MAX_WAIT_MS)
  const signal = AbortSignal.timeout(waitMs)
  let text: string
  try {
    const headers = { accept: 'application/json', ...settings.alertmanagerHeaders }
    const response = await fetch(url, { headers, redirect: 'error', signal })
    text = await readText(response, settings.maxResponseBytes)
    if (!response.ok) throw new Error(`HTTP status ${response.status}`)
  } catch (error) {
    const why = signal.aborted ? `no answer within ${waitMs} ms` : reason(error)
    throw new Error(`Alertmanager at ${url} gave no silences (${why}), so ${consequence}; check PITWALL_ALERTMANAGER_URL.`, {
      cause: error,
    })
  }
  try {
    return z.array(silenceSchema).parse(JSON.parse(text))
  } catch (error) {
    throw new Error(`${url} answered with something that is not from Alertmanager, so ${consequence}; check PITWALL_ALERTMANAGER_URL.`, {
      cause: error,
    })
  }
}

/** Undefined for a silence that names no id: a maintenance of everything is no opinion about a recommendation. */
function decisionOf({ matchers, comment, createdBy, endsAt }: Silence): Decision | undefined {
  const ids = matchers.filter(({ name, isEqual }) => name === 'id' && isEqual).flatMap(idsOf)
  if (ids.length === 0) return undefined
  const isAcknowledged = comment.startsWith(ACKNOWLEDGED)
  return {
    state: isAcknowledged ? 'accepted' : 'dismissed',
    by: createdBy,
    reason: (isAcknowledged ? comment.slice(ACKNOWLEDGED.length) : comment).trim(),
    until: Date.parse(endsAt) / 1_000,
    matches: (recommendation) => ids.includes(recommendation.id) && isMeant(matchers, recommendation),
  }
}

/** The id, or those of a list `a|b`; other expressions are not read, they may mean anything. */
function idsOf({ value, isRegex }: Silence['matchers'][number]): readonly string[] {
  if (!isRegex) return [value]
  return /^\(?[0-9a-f]+(\|[0-9a-f]+)*\)?$/.test(value) ? value.replace(/[()]/g, '').split('|') : []
}

/** Only labels that stay are compared: priority, phase and place may change, and external labels are not known here. */
function isMeant(matchers: Silence['matchers'], { rule, service, subject }: Recommendation): boolean {
  const labels: Readonly<Record<string, string>> = { alertname: ALERT_NAME, rule, service, subject }
  return matchers.every(({ name, value, isRegex, isEqual }) => {
    const label = labels[name]
    return isRegex || label === undefined || (label === value) === isEqual
  })
}
