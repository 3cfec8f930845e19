import { type StackNode, stackOf } from '../profiles/cpu-window.ts'
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
    const place = places.function(ownerOf(node).frame)
    const key = placeKey(place)
    sites.set(key, { ...place, bytes: bytes + (sites.get(key)?.bytes ?? 0) })
  }
  return [...sites.values()].toSorted((one, other) => other.bytes - one.bytes)
}

/** Scripts of the functions that allocate: those whose source maps the sites need. */
export function scriptsOfSites(stacks: HeapStacks): Set<string> {
  return new Set(Array.from(stacks.keys(), (node) => ownerOf(node).frame.url).filter((url) => url !== ''))
}

function ownerOf(node: StackNode): StackNode {
  return stackOf(node).find(({ frame }) => frame.url !== '') ?? node
}
