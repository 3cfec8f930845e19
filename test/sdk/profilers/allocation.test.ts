import { Session } from 'node:inspector'
import { afterEach, describe, expect, it } from 'vitest'
import { memory } from '../../../sdk/src/contract/index.ts'
import { allocationProfiler } from '../../../sdk/src/profilers/allocation.ts'
import { overhead } from '../../../sdk/src/sampling/overhead.ts'
import { collected, total } from '../../support/collected.ts'
import { eventually } from '../../support/eventually.ts'

const kept: object[] = []
function keepObjects(): void {
  for (let index = 0; index < 20_000; index++) kept.push({ index, fields: [index, index, index] })
}
function dropObjects(): number {
  return Array.from({ length: 50_000 }, (_, index) => ({ index, text: `text ${index}` })).length
}

describe('the profiler of allocations', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('names the function that allocates, and only one whose objects stay as one that retains', async () => {
    stop = allocationProfiler({ allocatedMs: 100, retainedMs: 100, maxHeapBytes: 2 ** 30 }).start()
    await eventually('both windows to be read', () => {
      dropObjects()
      if (kept.length < 400_000) keepObjects()
      return total(memory.retained, { 'code.function.name': 'keepObjects' }) !== undefined
    })
    expect(total(memory.allocation, { 'code.function.name': 'keepObjects' })).toBeGreaterThan(0)
    const retained = total(memory.retained, {}) ?? 0
    expect(total(memory.retained, { 'code.function.name': 'dropObjects' }) ?? 0).toBeLessThan(retained / 2)
    const [point] = collected(memory.allocation, { 'code.function.name': 'keepObjects' })
    expect(point?.attributes['code.file.path']).toMatch(/allocation\.test\.ts$/)
  })

  it('exports nothing before a window is over', () => {
    stop = allocationProfiler().start()
    expect(collected(memory.allocation, {})).toEqual([])
  })

  it('reads nothing where the heap is larger than a pause may be long', async () => {
    stop = allocationProfiler({ allocatedMs: 10, retainedMs: 10, maxHeapBytes: 1 }).start()
    const before = overhead.ofLayer('allocation')
    dropObjects()
    await eventually('a window to end', () => overhead.ofLayer('allocation') > before)
    expect(collected(memory.allocation, {})).toEqual([])
  })

  it('leaves the sampling of another tool alone, and exports nothing of it', async () => {
    const tool = new Session()
    tool.connect()
    tool.post('HeapProfiler.startSampling', { samplingInterval: 1_024 })
    stop = allocationProfiler({ allocatedMs: 10, retainedMs: 10 }).start()
    const before = overhead.ofLayer('allocation')
    await eventually('a window to end', () => overhead.ofLayer('allocation') > before)
    dropObjects()
    expect(collected(memory.allocation, {})).toEqual([])
    stop()
    let callers = 0
    tool.post('HeapProfiler.stopSampling', (_error, answer) => (callers = answer.profile.head.children.length))
    tool.disconnect()
    expect(callers).toBeGreaterThan(0)
  })
})
