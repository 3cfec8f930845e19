import { html } from 'hono/html'
import type { Html } from './layout.ts'

/**
 * The part of Markdown that runbooks use → HTML: headings, paragraphs, lists, fenced and indented code, `code`, **bold**, *emphasis*, links to http.
 * Whatever else stands in the text is shown as text: no raw HTML gets through.
 */
export function markdown(text: string): Html {
  return html`${blocks(text).map(block)}`
}

/** Paragraphs, lists and headings are separated by empty lines; a fence keeps its own. */
function blocks(text: string): string[] {
  return text
    .split(/^(```[\s\S]*?^```[^\S\n]*)$/m)
    .flatMap((part) => (part.startsWith('```') ? [part] : part.split(/\n\s*\n|(?<=^#{1,4} .*)\n/m)))
    .map((part) => part.replace(/^\n+|\s+$/g, ''))
    .filter((part) => part !== '')
}

function block(text: string): Html {
  if (text.startsWith('```')) return html`<pre><code>${text.replace(/^```.*\n?/, '').replace(/\n?```$/, '')}</code></pre>`
  if (text.startsWith('    ')) return html`<pre><code>${text.replace(/^ {4}/gm, '')}</code></pre>`
  if (text.startsWith('# ')) return html`<h2>${inline(text.slice(2))}</h2>`
  if (/^#{2,4} /.test(text)) return html`<h3>${inline(text.replace(/^#+ /, ''))}</h3>`
  if (/^[-*] /.test(text))
    return html`<ul>
      ${items(text).map((item) => html`<li>${inline(item)}</li>`)}
    </ul>`
  return html`<p>${inline(text)}</p>`
}

/** `- one\n- two\n  goes on` → its items. */
function items(text: string): string[] {
  return text.split(/\n(?=[-*] )/).map((item) => item.slice(2).replace(/\s*\n\s*/g, ' '))
}

function inline(text: string): Html[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|\[[^\]]+\]\(https?:\/\/[^)\s]+\))/).map((part) => {
    if (/^`.+`$/s.test(part)) return html`<code>${part.slice(1, -1)}</code>`
    if (/^\*\*.+\*\*$/s.test(part)) return html`<strong>${part.slice(2, -2)}</strong>`
    if (/^\*.+\*$/s.test(part)) return html`<em>${part.slice(1, -1)}</em>`
    const link = /^\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)$/.exec(part)
    return link === null ? html`${part}` : html`<a href="${link[2]}" rel="noreferrer">${link[1]}</a>`
  })
}
