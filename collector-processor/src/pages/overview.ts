import { html } from 'hono/html'
import type { NotAdvised, Recommendation, Report } from '../recommendation/recommendation.ts'
import { totals } from '../recommendation/total.ts'
import { formatAmount, formatBytes, formatNumber, formatSaving } from '../text/numbers.ts'
import { verdictText } from '../text/verdict.ts'
import { intervalBar } from './interval-bar.ts'
import { healthTable } from './health-table.ts'
import { type Html, layout } from './layout.ts'

/** Rows of what was not advised; the rest is in the JSON. */
const MAX_NOT_ADVISED = 200

/** What the page says beside the report. */
export interface OverviewOptions {
  /** What could not be published, one sentence each. */
  readonly trouble?: readonly string[]
  /** Whether the page is served, so that its links lead somewhere. Default true; a saved report has none. */
  readonly served?: boolean
}

/** The ranked table with predictions and verdicts, and why others got no advice. Names from telemetry are escaped. */
export function overview(report: Report, { trouble = [], served = true }: OverviewOptions = {}): Html {
  const links = html`<nav class="small"><a href="api/recommendations">JSON</a><a href="metrics">Metrics</a></nav>`
  const body = html`<main>
      ${report.noVerdict === undefined ? html`` : notice('No verdict.', `${report.noVerdict} Nothing was concluded; this does not mean that there is nothing to improve.`)}
      ${(report.warnings ?? []).map((sentence) => notice('Not known.', sentence))}
      ${trouble.map((sentence) => notice('Not published.', sentence))}
      ${report.noVerdict === undefined ? [figures(report.recommendations), ranked(report.recommendations, served), healthTable(report.health ?? []), notAdvised(report.notAdvised)] : html``}
    </main>
    <footer>
      Evaluated <time datetime="${iso(report.evaluatedAt)}">${iso(report.evaluatedAt).replace('T', ' ')}</time>. Savings in s/s are seconds
      of work saved in every second; the interval is meant to hold 19 times in 20. On a bar, blue marks the likely value and green the
      measured one.
    </footer>`
  return layout('Pitwall: what to change next', body, served ? './' : '#', served ? links : html``)
}

function notice(title: string, text: string): Html {
  return html`<div class="notice" role="status">
    <p><strong>${title}</strong> ${text}</p>
  </div>`
}

function figures(recommendations: readonly Recommendation[]): Html {
  const open = recommendations.filter(({ state }) => state === 'proposed' || state === 'accepted')
  const judged = recommendations.filter(({ state }) => state === 'verified' || state === 'refuted')
  const held = judged.filter(({ state }) => state === 'verified')
  const work = totals(recommendations).find(({ unit }) => unit === 's/s') ?? { lower: 0, likely: 0, upper: 0 }
  const quick = open.filter(({ effort }) => effort === 'minutes').length
  return html`<ul class="figures">
    <li><strong>${formatNumber(work.likely)} s/s</strong>to save together (${formatNumber(work.lower)} to ${formatNumber(work.upper)})</li>
    <li><strong>${open.length}</strong>worth changing, ${quick} of them in minutes</li>
    <li><strong>${judged.length === 0 ? '–' : `${held.length} of ${judged.length}`}</strong>predictions verified</li>
  </ul>`
}

function ranked(recommendations: readonly Recommendation[], served: boolean): Html {
  if (recommendations.length === 0)
    return html`<h2>Nothing to recommend</h2>
      <p class="soft">Every rule was evaluated and found nothing worth a change.</p>`
  return html`<table>
    <caption>
      Ranked by the lower bound of the saving against the effort
    </caption>
    <thead>
      <tr>
        <th scope="col">#</th>
        <th scope="col">What</th>
        <th scope="col">Where</th>
        <th scope="col">Predicted saving</th>
        <th scope="col">Effort</th>
        <th scope="col">Phase</th>
        <th scope="col">State</th>
      </tr>
    </thead>
    <tbody>
      ${recommendations.map((recommendation, index) => row(recommendation, index + 1, scaleOf(recommendation, recommendations), served))}
    </tbody>
  </table>`
}

/** The largest amount in the same unit: what a full bar stands for. */
function scaleOf({ saving: { unit } }: Recommendation, all: readonly Recommendation[]): number {
  return Math.max(...all.filter(({ saving }) => saving.unit === unit).flatMap(({ saving, actual }) => [saving.upper, actual ?? 0]))
}

function row(recommendation: Recommendation, rank: number, scale: number, served: boolean): Html {
  const { id, rule, title, advice, service, location, saving, effort, phase, state, actual } = recommendation
  const bound = saving.unit === 'By' ? formatBytes : formatNumber
  return html`<tr id="${id}">
    <td class="rank">${rank}</td>
    <td class="what">
      <a href="#${id}">${title}</a>
      <p>${advice}</p>
      ${details(recommendation)}
    </td>
    <td class="where" data-label="Where">${service}${location === '' ? html`` : html`<br /><code>${location}</code>`}</td>
    <td class="saving" data-label="Predicted saving" title="${formatSaving(saving)}">
      <strong>${formatAmount(saving.likely, saving.unit)}</strong>
      <span class="soft">(${bound(saving.lower)} to ${bound(saving.upper)})</span>${intervalBar(saving, actual, scale)}
    </td>
    <td class="nowrap" data-label="Effort">${effort}</td>
    <td class="nowrap" data-label="Phase">${phase}</td>
    <td data-label="State">
      <span class="tag ${state}">${state}</span>
      <p class="small soft">${verdictText(recommendation)}</p>
      ${served ? html`<a class="small" href="rules/${encodeURIComponent(rule)}">${rule}</a>` : html`<span class="small soft">${rule}</span>`}
    </td>
  </tr>`
}

function details({ evidence, example }: Recommendation): Html {
  return html`<details>
    <summary>Evidence and code</summary>
    <ul class="small">
      ${evidence.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
    <pre><code>${example}</code></pre>
  </details>`
}

function notAdvised(items: readonly NotAdvised[]): Html {
  if (items.length === 0) return html``
  const rest = items.length - MAX_NOT_ADVISED
  return html`<table>
      <caption>
        Looked at, and not advised
      </caption>
      <thead>
        <tr>
          <th scope="col">Subject</th>
          <th scope="col">Service</th>
          <th scope="col">Rule</th>
          <th scope="col">Why not</th>
        </tr>
      </thead>
      <tbody class="small">
        ${items.slice(0, MAX_NOT_ADVISED).map(
          ({ subject, service, rule, reason }) =>
            html`<tr>
              <td><strong>${subject}</strong></td>
              <td data-label="Service">${service}</td>
              <td data-label="Rule">${rule}</td>
              <td>${reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${rest > 0 ? html`<p class="soft">And ${rest} more, in the <a href="api/recommendations">JSON</a>.</p>` : html``}`
}

/** Unix seconds as `2026-11-23T06:20:46Z`. */
const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace(/\.\d+Z$/, 'Z')
