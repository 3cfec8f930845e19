import { describe, expect, it } from 'vitest'
import type { GCProfilerResult } from 'node:v8'
import { heap } from '../../../sdk/src/contract/index.ts'
import { Scavenges } from '../../../sdk/src/sampling/scavenges.ts'

const MIB = 2 ** 20
type Collection = GCProfilerResult['statistics'][number]

function collection(gcType: string, newSize: number, young: readonly [number, number], old: readonly [number, number]): Collection {
  const moment = (youngBytes: number, oldBytes: number): Collection['beforeGC'] => ({
    heapStatistics: {
      totalHeapSize: 0,
      totalHeapSizeExecutable: 0,
      totalPhysicalSize: 0,
      totalAvailableSize: 0,
      totalGlobalHandlesSize: 0,
      usedGlobalHandlesSize: 0,
      usedHeapSize: youngBytes + oldBytes,
      heapSizeLimit: 0,
      mallocedMemory: 0,
      externalMemory: 0,
      peakMallocedMemory: 0,
    },
    heapSpaceStatistics: [space('new_space', newSize, youngBytes), space('old_space', 100 * MIB, oldBytes)],
  })
  return { gcType, cost: 1, beforeGC: moment(young[0], old[0]), afterGC: moment(young[1], old[1]) }
}

function space(spaceName: string, spaceSize: number, spaceUsedSize: number) {
  return { spaceName, spaceSize, spaceUsedSize, spaceAvailableSize: 0, physicalSpaceSize: 0 }
}

function numbers(scavenges: Scavenges): Record<string, number> {
  const found: Record<string, number> = {}
  scavenges.collect({
    number: (metric, attributes, value) => void (found[[metric.name, ...Object.values(attributes)].join(' ')] = value),
    histogram: () => {},
  })
  return found
}
const size = (fate: string) => `${heap.scavengeSize.name} ${fate}`
const samples = (atLimit: boolean) => `${heap.scavengeSamples.name} ${atLimit}`

describe('what scavenges did', () => {
  it('is every byte of the new space: freed, survived or promoted', () => {
    const scavenges = new Scavenges(8 * MIB)
    scavenges.add({ statistics: [collection('Scavenge', 16 * MIB, [8 * MIB, 2 * MIB], [50 * MIB, 51 * MIB])] })
    expect(numbers(scavenges)).toMatchObject({
      [size('freed')]: 5 * MIB,
      [size('survived')]: 2 * MIB,
      [size('promoted')]: MIB,
      [samples(true)]: 1,
      [samples(false)]: 0,
    })
  })

  it('does not take a new space that could still grow for one at its limit', () => {
    const scavenges = new Scavenges(8 * MIB)
    scavenges.add({ statistics: [collection('Scavenge', 8 * MIB, [4 * MIB, 0], [0, 0])] })
    expect(numbers(scavenges)).toMatchObject({ [samples(true)]: 0, [samples(false)]: 1 })
  })

  it('says nothing of the limit where it is not known', () => {
    const scavenges = new Scavenges(undefined)
    scavenges.add({ statistics: [collection('Scavenge', 8 * MIB, [4 * MIB, 0], [0, 0])] })
    expect(numbers(scavenges)).toMatchObject({ [heap.scavengeSamples.name]: 1 })
    expect(numbers(scavenges)).not.toHaveProperty([samples(true)])
  })

  it('leaves major collections out', () => {
    const scavenges = new Scavenges(8 * MIB)
    scavenges.add({ statistics: [collection('MarkSweepCompact', 16 * MIB, [8 * MIB, 0], [50 * MIB, 20 * MIB])] })
    expect(Object.values(numbers(scavenges)).every((value) => value === 0)).toBe(true)
  })
})
