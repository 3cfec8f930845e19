import { foldedStacks } from '../profiles/folded.ts'
import { placeKey, type Places } from '../profiles/places.ts'
import { allocationPprof } from './allocation-pprof.ts'
import { type AllocationSite, allocationSites } from './allocation-sites.ts'
import type { HeapStacks } from './heap-stacks.ts'

/** What this thread allocated for a while, and then what of it stayed. Bytes are estimates from samples; the memory of buffers is not on the heap. */
export interface AllocationProfile {
  /** When it began, milliseconds since 1970. */
  readonly startedAt: number
  /** How long all allocations were counted, in milliseconds: the first half of the profile. */
  readonly allocatedMs: number
  /** How long it was counted what stays, in milliseconds: the second half. */
  readonly retainedMs: number
  /** Bytes allocated in the first half. */
  readonly allocatedBytes: number
  /** Bytes allocated in the second half that were still alive at its end. */
  readonly retainedBytes: number
  /** The functions that allocate, those that allocated most first. */
  readonly functions: readonly FunctionBytes[]
  /** Folded stacks, `caller;callee BYTES`, for flame graphs and speedscope. */
  readonly folded: { readonly allocated: string; readonly retained: string }
  /** The profile as pprof, compressed by gzip, with the values `alloc_space` and `inuse_space`, as Go's heap profiles have them. */
  readonly pprof: Uint8Array
}

/** Bytes of one function, with what built-in functions allocate for it. */
export interface FunctionBytes {
  /** The name that it is profiled under, or its own; V8's word for what no function allocates. */
  readonly name: string
  /** File, relative to the working directory; undefined for what no function allocates. Resolved by its source map. */
  readonly file: string | undefined
  /** Line where the function begins, from 1; 0 without a file. */
  readonly line: number
  /** Allocated in the first half. */
  readonly allocatedBytes: number
  /** Allocated in the second half, and still alive at its end. */
  readonly retainedBytes: number
}

/** What was sampled: stacks of what was allocated for a while, and of what stayed. */
export interface SampledAllocations {
  readonly startedAt: number
  readonly intervalBytes: number
  readonly allocatedMs: number
  readonly retainedMs: number
  readonly allocated: HeapStacks
  readonly retained: HeapStacks
}

/** Makes a profile of it; its pprof is not compressed. */
export function allocationProfileOf(sampled: SampledAllocations, places: Places): AllocationProfile {
  const { startedAt, allocatedMs, retainedMs, allocated, retained } = sampled
  return {
    startedAt,
    allocatedMs,
    retainedMs,
    allocatedBytes: sum(allocated),
    retainedBytes: sum(retained),
    functions: functionBytes(allocationSites(allocated, places), allocationSites(retained, places)),
    folded: { allocated: foldedStacks(allocated, places), retained: foldedStacks(retained, places) },
    pprof: allocationPprof(sampled, places),
  }
}

function sum(stacks: HeapStacks): number {
  return [...stacks.values()].reduce((total, bytes) => total + bytes, 0)
}

function functionBytes(allocated: readonly AllocationSite[], retained: readonly AllocationSite[]): FunctionBytes[] {
  const functions = new Map<string, FunctionBytes>()
  for (const { bytes, ...place } of allocated) functions.set(placeKey(place), { ...place, allocatedBytes: bytes, retainedBytes: 0 })
  for (const { bytes, ...place } of retained) {
    const allocatedBytes = functions.get(placeKey(place))?.allocatedBytes ?? 0
    functions.set(placeKey(place), { ...place, allocatedBytes, retainedBytes: bytes })
  }
  return [...functions.values()].toSorted(
    (one, other) => other.allocatedBytes - one.allocatedBytes || other.retainedBytes - one.retainedBytes,
  )
}
