/** What samples the heap all the time, while nobody asks for a profile. */
export interface StandingSampler {
  /** Begins, or begins anew. */
  begin(): void
  /** Ends at once, without a reading. */
  pause(): void
}

const standing = new Set<StandingSampler>()
let isTaken = false

/** Lets it begin, now or when the profile is done that is being taken. @returns ends it for good */
export function sampleBetweenProfiles(sampler: StandingSampler): () => void {
  standing.add(sampler)
  if (!isTaken) sampler.begin()
  return () => {
    if (standing.delete(sampler) && !isTaken) sampler.pause()
  }
}

/** Takes V8's one sampler from those that sample all the time. @returns gives it back to them; undefined where it is taken already */
export function takeSampler(): (() => void) | undefined {
  if (isTaken) return undefined
  isTaken = true
  for (const sampler of standing) sampler.pause()
  let isGivenBack = false
  return () => {
    if (isGivenBack) return
    isGivenBack = true
    isTaken = false
    for (const sampler of standing) sampler.begin()
  }
}
