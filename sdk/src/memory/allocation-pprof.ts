import { Profile, Sample } from 'pprof-format'
import { type StackNode, stackOf } from '../profiles/cpu-window.ts'
import type { Places } from '../profiles/places.ts'
import { PprofTables } from '../profiles/pprof-tables.ts'
import type { SampledAllocations } from './allocation-profile.ts'

/** Sampled allocations as pprof, not compressed. V8 tells the line where a function begins, not the one that allocates. */
export function allocationPprof(sampled: SampledAllocations, places: Places): Uint8Array {
  const { startedAt, intervalBytes, allocatedMs, retainedMs, allocated, retained } = sampled
  const tables = new PprofTables()
  const sample = (node: StackNode, value: number[]) => {
    const stack = stackOf(node).map(({ frame }) => places.function(frame))
    return new Sample({ locationId: stack.map((place) => tables.location(place, place.line)), value })
  }
  return new Profile({
    sampleType: [tables.valueType('alloc_space', 'bytes'), tables.valueType('inuse_space', 'bytes')],
    sample: [
      ...Array.from(allocated, ([node, bytes]) => sample(node, [bytes, 0])),
      ...Array.from(retained, ([node, bytes]) => sample(node, [0, bytes])),
    ],
    location: tables.locations,
    function: tables.functions,
    stringTable: tables.strings,
    timeNanos: BigInt(Math.round(startedAt * 1e6)),
    durationNanos: Math.round((allocatedMs + retainedMs) * 1e6),
    periodType: tables.valueType('space', 'bytes'),
    period: intervalBytes,
    defaultSampleType: tables.strings.dedup('alloc_space'),
  }).encode()
}
