import { plain } from '../text/table.ts'
import { wrap } from '../text/wrap.ts'
import { mistakeLine } from '../user-rules/rule-files.ts'
import type { JudgedCase } from './judge-cases.ts'
import { isRight, type TestedFile } from './test-files.ts'

const COLUMNS = 80

/** The results as a test runner prints them: a line for each case, what was said instead where it is wrong, and a sum. */
export function resultText(tested: readonly TestedFile[]): string {
  const cases = tested.flatMap((file) => file.cases)
  const right = cases.filter(isRight).length
  const sum = cases.length === 0 ? 'There are no cases.' : `${right} of ${cases.length} ${cases.length === 1 ? 'case' : 'cases'} right.`
  return `${tested.map(ofFile).join('\n')}\n${sum}\n`
}

function ofFile({ file, rule, mistakes, cases }: TestedFile): string {
  const lines = [
    ...mistakes.map((mistake) => `  ✗ ${mistakeLine(mistake)}\n`),
    ...cases.map(ofCase),
    ...(mistakes.length === 0 && cases.length === 0 ? ['  – it has no cases\n'] : []),
  ]
  return `${plain(file)}${rule === undefined ? '' : ` (${rule})`}\n${lines.join('')}`
}

function ofCase(judged: JudgedCase): string {
  const { title, expected, said, words, refused } = judged
  const line = wrap(`says ${expected}: ${title}`, COLUMNS, `  ${isRight(judged) ? '✓' : '✗'} `)
  if (isRight(judged)) return line
  const instead = expected === said ? [] : [`it says ${said}${words === '' ? '' : `: ${words}`}`]
  return line + [...instead, ...refused].map((sentence) => wrap(sentence, COLUMNS, '      ')).join('')
}
