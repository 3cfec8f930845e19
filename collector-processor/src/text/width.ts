import { stripVTControlCharacters } from 'node:util'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const wide =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]|[\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6])/u
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]+$/u

/** Columns that a text takes in a terminal: wide characters (Chinese, emoji) count two, colour codes none. */
export function displayWidth(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) width += graphemeWidth(segment)
  return width
}

/** The text cut to so many columns, with `…` where something is missing. The text must be without colour codes. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  let width = 0
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    width += graphemeWidth(segment)
    if (width > columns - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** The end of a text, cut to so many columns: of a path it says more than the beginning. */
export function truncateStart(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  const segments = [...graphemes.segment(text)].map(({ segment }) => segment)
  let width = displayWidth(text)
  while (width > columns - 1) width -= graphemeWidth(segments.shift() ?? ' ')
  return `…${segments.join('')}`
}

function graphemeWidth(grapheme: string): number {
  if (invisible.test(grapheme)) return 0
  return wide.test(grapheme) ? 2 : 1
}
