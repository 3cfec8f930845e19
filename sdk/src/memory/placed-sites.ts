import type { HeapProfiler } from 'node:inspector'
import { Places } from '../profiles/places.ts'
import { ProfiledBodies } from '../profiles/profiled-bodies.ts'
import { sourceMaps } from '../profiles/source-maps.ts'
import { type AllocationSite, allocationSites, scriptsOfSites } from './allocation-sites.ts'
import { heapStacks } from './heap-stacks.ts'

/** The sites of a heap profile, most bytes first, with the source maps of their scripts. Functions go by their own names. */
export async function placedSites(head: HeapProfiler.SamplingHeapProfileNode): Promise<AllocationSite[]> {
  const stacks = heapStacks(head)
  await sourceMaps.load(scriptsOfSites(stacks), 'allocation')
  // Names that functions are profiled under become known when a profile is asked for: a series would change its name in between.
  return allocationSites(stacks, new Places(process.cwd(), sourceMaps, new ProfiledBodies()))
}
