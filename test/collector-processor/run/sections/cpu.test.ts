import { describe, expect, it } from 'vitest'
import { cpu } from '../../../../collector-processor/src/run/sections/cpu.ts'
import { Totals } from '../../../../collector-processor/src/run/totals.ts'
import { cpuProfiles } from '../../../../sdk/src/contract/index.ts'

function totalsOf(seconds: Readonly<Record<string, number>>): Totals {
  const totals = new Totals()
  const points = Object.entries(seconds).map(([name, value]) => ({
    metric: cpuProfiles.cpuTime.name,
    kind: cpuProfiles.cpuTime.kind,
    attributes: { 'code.function.name': name, ...(name !== 'native' && { 'code.file.path': 'agent.ts' }) },
    value,
  }))
  totals.add({ pid: 1, threadId: 0, command: 'node', startedAt: 0, lived: 1, active: 0, waiting: 0, ended: true, points })
  return totals
}

describe('the functions that took CPU time', () => {
  it('are sorted by it, with their share of all of it, and no file where there is none', () => {
    expect(cpu.of(totalsOf({ parse: 1, search: 2, native: 1 }), {}).data).toEqual([
      { name: 'search', file: 'agent.ts', seconds: 2, share: 0.5 },
      { name: 'parse', file: 'agent.ts', seconds: 1, share: 0.25 },
      { name: 'native', file: '', seconds: 1, share: 0.25 },
    ])
  })

  it('are none of those in which nothing was seen, and nothing at all where nothing was sampled', () => {
    expect(cpu.of(totalsOf({ parse: 1, search: 0 }), {}).data).toHaveLength(1)
    expect(cpu.of(new Totals(), {}).text).toBe('')
  })
})
