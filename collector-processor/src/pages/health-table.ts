import { html } from 'hono/html'
import type { ServiceHealth } from '../recommendation/recommendation.ts'
import type { Html } from './layout.ts'

/** Rows; the rest is in the JSON. */
const MAX_ROWS = 200

/** How each service is, and why. Names from telemetry are escaped. */
export function healthTable(services: readonly ServiceHealth[]): Html {
  if (services.length === 0) return html``
  const rest = services.length - MAX_ROWS
  return html`<table>
      <caption>
        Health of the services
      </caption>
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col">Health</th>
          <th scope="col">Because</th>
        </tr>
      </thead>
      <tbody class="small">
        ${services.slice(0, MAX_ROWS).map(
          ({ service, state, reasons }) =>
            html`<tr>
              <td><strong>${service}</strong></td>
              <td data-label="Health"><span class="tag ${state}">${state}</span></td>
              <td>${reasons.join('; ')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${rest > 0 ? html`<p class="soft">And ${rest} more, in the <a href="api/recommendations">JSON</a>.</p>` : html``}`
}
