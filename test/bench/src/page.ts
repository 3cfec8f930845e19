import { html } from 'hono/html'
import { layout } from '../../../collector-processor/dist/pages/layout.js'
import { type BenchmarkResult, environment, format } from './benchmark.ts'

/** A result as a page that stands alone: goals, peers, facts, and what was told on the way. */
export function page(name: string, what: string, { goals, peers, notes = {} }: BenchmarkResult, told: readonly string[]): string {
  const facts = Object.entries({ ...notes, ...environment() })
  const body = html`<main>
    <h2>${name}</h2>
    <p>${what}</p>
    <table>
      <thead>
        <tr>
          <th></th>
          <th>figure</th>
          <th>goal</th>
          <th>what</th>
        </tr>
      </thead>
      <tbody>
        ${goals.map(
          ({ holds, figure, unit, comparator, limit, what: measured }) =>
            html`<tr>
              <td>${holds ? 'holds' : 'fails'}</td>
              <td>${format(figure)} ${unit}</td>
              <td>${comparator} ${limit}</td>
              <td>${measured}</td>
            </tr>`,
        )}
        ${peers.map(
          ({ name: peer, version, figure }) =>
            html`<tr>
              <td>peer</td>
              <td>${format(figure)}</td>
              <td></td>
              <td>${peer} ${version}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <h3>Facts</h3>
    <ul>
      ${facts.map(([key, value]) => html`<li>${key}: ${value}</li>`)}
    </ul>
    <h3>Told on the way</h3>
    <pre>${told.join('\n')}</pre>
  </main>`
  return String(layout(`${name}: a benchmark of Pitwall`, body, '#'))
}
