import { stackOf } from '../profiles/cpu-window.ts'
import { type FunctionPlace, placeKey, type Places } from '../profiles/places.ts'
import type { HeapStacks } from './heap-stacks.ts'

/** A function that allocates, where it begins in its source, and the bytes of it. */
export interface AllocationSite extends FunctionPlace {
  readonly bytes: number
}

/** Bytes of each function, most first. What V8's own functions allocate counts for who called them. */
export function allocationSites(stacks: HeapStacks, places: Places): AllocationSite[] {
  const sites = new Map<string, AllocationSite>()
  for (const [node, bytes] of stacks) {
    const owner = stackOf(node).find(({ frame }) => frame.url !== '') ?? node
    const place = places.function(owner.frame)
    const key = placeKey(place)
    sites.set(key, { ...place, bytes: bytes + (sites.get(key)?.bytes ?? 0) })
  }
  return [...sites.values()].toSorted((one, other) => other.bytes - one.bytes)
}
