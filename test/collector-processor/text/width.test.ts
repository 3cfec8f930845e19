import { describe, expect, it } from 'vitest'
import { displayWidth, truncate, truncateStart } from '../../../collector-processor/src/text/width.ts'

describe('displayWidth', () => {
  it.each([
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['搜索', 4],
    ['한국', 4],
    ['🏎️', 2],
    ['👩‍🚀', 2],
    ['µs', 2],
    ['\u001B[1mbold\u001B[22m', 4],
    ['', 0],
  ])('%j takes %i columns', (text, columns) => expect(displayWidth(text)).toBe(columns))
})

describe('truncate', () => {
  it('leaves a text that fits', () => expect(truncate('abc', 3)).toBe('abc'))
  it('never cuts a wide character in half', () => expect(truncate('搜索引擎', 6)).toBe('搜索…'))
})

describe('truncateStart', () => {
  it('keeps the end, where a path says most', () => expect(truncateStart('src/agent/functions/search.ts:12', 13)).toBe('…search.ts:12'))
  it('leaves a text that fits', () => expect(truncateStart('abc', 3)).toBe('abc'))
  it('never cuts a wide character in half', () => expect(truncateStart('搜索引擎', 6)).toBe('…引擎'))
})
