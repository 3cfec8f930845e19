import { describe, expect, it } from 'vitest'
import {
  durationLiteral,
  formatBytes,
  formatNumber,
  formatSaving,
  formatSeconds,
  formatShare,
  identifier,
} from '../../../collector-processor/src/text/numbers.ts'

describe('numbers for people', () => {
  it('keeps whole numbers and cuts others to three digits', () => {
    expect([12_345, 0.02134, 1.5, 0].map(formatNumber)).toEqual(['12,345', '0.0213', '1.5', '0'])
  })

  it('chooses the unit of a duration', () => {
    expect([0, 0.000002, 0.000_999_9, 0.041, 1.5, 300, 21_600].map(formatSeconds)).toEqual([
      '0 µs',
      '2 µs',
      '1 ms',
      '41 ms',
      '1.5 s',
      '5 min',
      '6 h',
    ])
  })

  it('shows a share in percent and a saving with its interval', () => {
    expect(formatShare(0.953)).toBe('95 %')
    expect(formatSaving({ unit: 's/s', lower: 0.35, likely: 0.42, upper: 0.5 })).toBe('0.42 s/s (0.35 to 0.5)')
  })

  it('shows bytes with the binary unit that suits them, also as a saving', () => {
    expect([0, 512, 1_536, 1e9].map(formatBytes)).toEqual(['0 B', '512 B', '1.5 KiB', '954 MiB'])
    expect(formatSaving({ unit: 'By', lower: 2 ** 20, likely: 2 ** 30, upper: 2 ** 31 })).toBe('1 GiB (1 MiB to 2 GiB)')
  })

  it('writes durations and names as source code has them', () => {
    expect([0.5, 1.5, 8, 300, 10_800, 86_400].map(durationLiteral)).toEqual(['500ms', '1500ms', '8s', '5m', '3h', '1d'])
    expect(['search', 'agent.find flights', '3d-render', '搜索'].map(identifier)).toEqual(['search', 'agentFindFlights', '_3dRender', '_'])
  })
})
