import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatTrace, generateTrace } from '../../../collector-processor/src/demo/generator.ts'
import { readTrace } from '../../../collector-processor/src/demo/trace.ts'

describe('generateTrace', () => {
  test('is the same for the same seed', () => {
    expect(generateTrace({ requests: 100, seed: 4 })).toEqual(generateTrace({ requests: 100, seed: 4 }))
    expect(generateTrace({ requests: 100, seed: 4 })).not.toEqual(generateTrace({ requests: 100, seed: 5 }))
  })

  test('holds the share of unique keys that was asked for', () => {
    const requests = generateTrace({ requests: 10_000, uniqueShare: 0.95, keys: 50, seed: 1 })
    const counts = new Map<string, number>()
    for (const { key } of requests) counts.set(key, (counts.get(key) ?? 0) + 1)
    const once = [...counts.values()].filter((count) => count === 1).length
    expect(once / requests.length).toBeGreaterThan(0.94)
    expect(once / requests.length).toBeLessThan(0.96)
  })

  test('numbers keys by their first appearance', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, uniqueShare) => {
        const keys = generateTrace({ requests: 200, uniqueShare, keys: 20, seed }).map((request) => Number(request.key))
        const firsts = keys.filter((key, index) => keys.indexOf(key) === index)
        expect(firsts).toEqual(firsts.map((_, index) => index))
      }),
      { numRuns: 20 },
    )
  })

  test('begins at zero and never goes back in time', () => {
    const times = generateTrace({ requests: 500, seed: 2 }).map((request) => request.atMs ?? NaN)
    expect(times[0]).toBe(0)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })
})

test('what is written as a trace file is read back the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'generator-'))
  try {
    const requests = generateTrace({ requests: 300, uniqueShare: 0.5, functionName: 'search', costMs: 12, seed: 9 })
    const path = join(folder, 'generated.tsv')
    await writeFile(path, formatTrace(requests))
    expect((await readTrace(path)).requests).toEqual(requests)
  } finally {
    await rm(folder, { recursive: true })
  }
})
