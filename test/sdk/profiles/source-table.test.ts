import { SourceMap } from 'node:module'
import { encode, type SourceMapMappings } from '@jridgewell/sourcemap-codec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sourceTable } from '../../../sdk/src/profiles/read-source-map.ts'
import { sourceOfLine, sourceOfPlace } from '../../../sdk/src/profiles/source-table.ts'

const mapWith = (mappings: SourceMapMappings, more: object = {}) => ({
  version: 3,
  file: 'agent.js',
  names: [],
  sources: ['../src/a.ts', '../src/b.ts'],
  sourcesContent: [],
  mappings: encode(mappings),
  sourceRoot: '',
  ...more,
})
const tableOf = (map: object) => sourceTable(JSON.stringify(map), 'file:///srv/agent/dist/agent.js.map')

describe('the table of a source map', () => {
  it('gives each place the source that Node.js gives it', () => {
    const piece = fc.tuple(fc.nat(60), fc.nat(1), fc.nat(50), fc.nat(20))
    const line = fc
      .uniqueArray(piece, { selector: ([column]) => column, maxLength: 8 })
      .map((pieces) => pieces.toSorted(([a], [b]) => a - b))
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), fc.nat(11), fc.nat(70), (lines, at, column) => {
        const map = mapWith(lines)
        const table = tableOf(map)
        const entry = new SourceMap(map).findEntry(at, column)
        const expected =
          'generatedLine' in entry && entry.generatedLine === at
            ? { source: new URL(entry.originalSource, 'file:///srv/agent/dist/').href, line: entry.originalLine + 1 }
            : undefined
        expect(table && sourceOfPlace(table, at + 1, column)).toEqual(expected)
      }),
    )
  })

  it('tells the source of a whole line only where that is one line', () => {
    const table = tableOf(
      mapWith([
        [
          [4, 0, 9, 0],
          [20, 0, 9, 8],
        ],
        [],
        [
          [0, 0, 1, 0],
          [9, 1, 7, 0],
        ],
      ]),
    )
    expect(table && [1, 2, 3, 4].map((line) => sourceOfLine(table, line))).toEqual([
      { source: 'file:///srv/agent/src/a.ts', line: 10 },
      undefined,
      undefined,
      undefined,
    ])
  })

  it('knows the folder of the sources, and sources that only a bundler knows', () => {
    const table = tableOf(
      mapWith([[[0, 0, 0, 0]], [[0, 1, 0, 0]]], { sources: ['a.ts', 'webpack://agent/./src/b.ts'], sourceRoot: '../lib' }),
    )
    expect(table?.sources[0]).toBe('file:///srv/agent/lib/a.ts')
    const bundled = tableOf(mapWith([[[0, 0, 0, 0]]], { sources: ['webpack://agent/./src/b.ts'] }))
    expect(bundled?.sources[0]).toMatch(/^webpack:\/\/agent\//)
  })

  it('is none for an index of maps, and throws nothing but a syntax error', () => {
    expect(tableOf({ version: 3, sections: [] })).toBeUndefined()
    expect(() => sourceTable('half a ma', 'file:///a')).toThrow(SyntaxError)
  })
})
