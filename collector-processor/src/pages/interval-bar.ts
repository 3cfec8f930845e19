import { html } from 'hono/html'
import type { Estimate } from '../recommendation/recommendation.ts'
import type { Html } from './layout.ts'

/** A small drawing: the predicted interval, the likely value, and the measured one once there is one. A full bar is `scale`. */
export function intervalBar({ lower, likely, upper }: Estimate, actual: number | undefined, scale: number): Html {
  const at = (value: number): number => Number((scale > 0 ? Math.min(Math.max((value / scale) * 100, 0), 100) : 0).toFixed(2))
  const mark = (value: number, name: string): Html =>
    html`<rect
      class="${name}"
      x="${Math.min(at(value), 98.4)}"
      y="${name === 'actual' ? 0 : 2}"
      width="1.6"
      height="${name === 'actual' ? 10 : 6}"
    />`
  return html`<svg class="interval" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" x="0" y="3" width="100" height="4" />
    <rect class="range" x="${at(lower)}" y="2" width="${Math.max(at(upper) - at(lower), 0.6)}" height="6" />
    ${mark(likely, 'likely')}${actual === undefined ? html`` : mark(actual, 'actual')}
  </svg>`
}
