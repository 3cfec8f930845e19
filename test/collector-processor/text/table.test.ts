import { describe, expect, it } from 'vitest'
import { renderTable } from '../../../collector-processor/src/text/table.ts'

const columns = [{ title: 'name' }, { title: 'saving', align: 'right' }] as const

describe('renderTable', () => {
  it('aligns text to the left and numbers to the right', () => {
    expect(
      renderTable(columns, [
        ['search', '0.4'],
        ['a', '12.25'],
      ]).split('\n'),
    ).toEqual(['name    saving', '──────  ──────', 'search     0.4', 'a        12.25', ''])
  })

  it('counts wide characters as the two columns that they take', () => {
    const [, , chinese, latin] = renderTable(columns, [
      ['搜索', '1'],
      ['ab', '2'],
    ]).split('\n')
    expect(chinese).toBe('搜索       1')
    expect(latin).toBe('ab         2')
  })

  it('shows no escape codes without colour, nor those that a name brings along', () => {
    expect(renderTable(columns, [['\u001B[31mred', '1']])).not.toContain('\u001B')
    expect(renderTable(columns, [], { colour: true })).toContain('\u001B[1m')
  })

  it('cuts a cell that is longer than its column may be', () => {
    expect(renderTable([{ title: 'n', maxWidth: 5 }], [['abcdefgh']])).toContain('abcd…\n')
  })
})
