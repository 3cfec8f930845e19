import { plain } from './table.ts'
import { displayWidth } from './width.ts'

/**
 * A text in lines of at most so many terminal columns, broken at blanks; the first begins with `first`, the others with as many blanks.
 * A word that is longer stays whole: addresses and paths are copied.
 */
export function wrap(text: string, columns: number, first = ''): string {
  const indent = ' '.repeat(displayWidth(first))
  const lines: string[] = []
  let line = first
  for (const word of plain(text).split(' ')) {
    const isEmpty = line === first || line === indent
    const longer = isEmpty ? line + word : `${line} ${word}`
    if (isEmpty || displayWidth(longer) <= columns) line = longer
    else {
      lines.push(line)
      line = indent + word
    }
  }
  return [...lines, line].map((one) => `${one.trimEnd()}\n`).join('')
}
