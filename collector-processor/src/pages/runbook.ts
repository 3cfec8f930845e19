import { html } from 'hono/html'
import { type Html, layout } from './layout.ts'
import { markdown } from './markdown.ts'

/** What the page of a rule shows. */
export interface Runbook {
  /** File name of the rule. */
  readonly id: string
  readonly title: string
  /** When it applies, how it is estimated, how to make the change, what it ignores; Markdown. */
  readonly runbook: string
}

/** The page that an alert's `runbook_url` leads to. */
export function runbookPage({ id, title, runbook }: Runbook): Html {
  const body = html`<main class="text">
    ${markdown(runbook)}
    <p class="soft small">Rule <code>${id}</code>. <a href="../">All recommendations</a></p>
  </main>`
  return layout(`${title} · Pitwall`, body, '../')
}
