import { html, raw } from 'hono/html'
import { style } from './style.ts'

/** HTML that is safe to put into HTML: everything else is escaped. */
export type Html = ReturnType<typeof html>

/** A whole page. Texts inside `body` were escaped by `html` already; `home` is the way to the overview. */
export function layout(title: string, body: Html, home: string, aside: Html = html``): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${raw(`<style>${style}</style>`)}
      </head>
      <body>
        <header>
          <h1><a href="${home}">Pitwall</a></h1>
          ${aside}
        </header>
        ${body}
      </body>
    </html> `
}
