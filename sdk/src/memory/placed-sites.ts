import type { HeapProfiler } from 'node:inspector'
import { Places } from '../profiles/places.ts'
import { ProfiledBodies } from '../profiles/profiled-bodies.ts'
import { sourceMaps } from '../profiles/source-maps.ts'
import { type AllocationSite, allocationSites } from './allocation-sites.ts'
import { heapStacks, scriptsOn } from './heap-stacks.ts'

/** The sites of a heap profile, most bytes first, with all source maps. Functions go by their own names. */
export async function placedSites(head: HeapProfiler.SamplingHeapProfileNode): Promise<AllocationSite[]> {
  const stacks = heapStacks(head)
  await sourceMaps.load(scriptsOn(stacks.keys()), 'allocation')
  // Names that functions are profiled under become known when a profile is asked for: a series would change its name in between.
  return allocationSites(stacks, new Places(process.cwd(), sourceMaps, new ProfiledBodies()))
}
