import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { heap } from '../../../sdk/src/contract/index.ts'
import heapProfiler from '../../../sdk/src/profilers/heap.ts'
import { startAgent } from '../../support/agent-process.ts'
import { collected, total } from '../../support/collected.ts'
import { eventually } from '../../support/eventually.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Keeps what it makes until the new space has grown to the limit that we state, or for long enough; says what it grew to, which single collections exceed. */
const growing = `
  import { GCProfiler } from 'node:v8'
  import { ownSemiSpaceLimit } from './sdk/dist/sampling/heap-limits.js'
  const limit = ownSemiSpaceLimit()
  const keep = []
  let grown = 0
  for (let round = 0; round < 20 && grown < limit; round++) {
    const profiler = new GCProfiler()
    profiler.start()
    for (let index = 0; index < 1e6; index++) keep[index % 300_000] = { index, list: [index, index + 1], text: 'x' + index }
    const sizes = profiler.stop().statistics.map(({ beforeGC }) => beforeGC.heapSpaceStatistics.find(({ spaceName }) => spaceName === 'new_space').spaceSize)
    grown = (sizes.sort((one, other) => one - other)[sizes.length >> 1] ?? 0) / 2
  }
  console.log(JSON.stringify({ grown, limit }))`

describe('the profiler of the heap', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('says what a major collection left, without what was allocated since', async () => {
    stop = heapProfiler.start()
    expect(collected(heap.afterGc, {})).toEqual([])
    const kept = Array.from({ length: 200_000 }, (_, index) => ({ index }))
    collectGarbage()
    const with200000 = await eventually('the collection to be told', () => total(heap.afterGc, {}))
    kept.length = 0
    collectGarbage()
    await eventually('what was kept to be gone', () => (total(heap.afterGc, {}) ?? 0) < with200000 - 200_000 * 16)
  })

  it('tells the spaces apart and leaves out those that the heap does not use', () => {
    stop = heapProfiler.start()
    expect(total(heap.used, { 'v8js.heap.space.name': 'old_space' })).toBeGreaterThan(1e6)
    expect(collected(heap.spaceSize, {}).every(({ value }) => typeof value === 'number' && value > 0)).toBe(true)
    expect(total(heap.limit, {})).toBeGreaterThan(total(heap.used, {}) ?? Infinity)
  })

  it.each([[], ['--max-semi-space-size=2'], ['--max-old-space-size=600'], ['--max-semi-space-size=4', '--max-old-space-size=600']])(
    'knows how far the new space may grow (%s %s)',
    async (...options) => {
      const { end } = startAgent([...options, '--input-type=module', '--eval', growing])
      const { stdout, stderr } = await end
      expect(stderr).toBe('')
      const { grown, limit } = JSON.parse(stdout)
      // V8 lets it have a page or so more.
      expect(limit / grown).toBeGreaterThan(0.9)
      expect(limit / grown).toBeLessThanOrEqual(1)
    },
  )
})
