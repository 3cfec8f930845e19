/** 1,024 keys of 30 characters. */
export const KEYS: readonly string[] = Array.from({ length: 1_024 }, (_, index) => `agent-tool-call-${String(index).padStart(14, '0')}`)

/** Reads of one round. */
export const READS = 100 * KEYS.length

/** Entries that every cache has room for: all keys fit. */
export const ENTRIES = 4_096

/** The keys in the order in which a round reads them: random, and the same in every run. */
export function shuffledReads(): string[] {
  // Multiplicative congruential generator (Park and Miller, 1988).
  let state = 1
  return Array.from({ length: READS }, () => {
    state = (state * 48_271) % 2_147_483_647
    return KEYS[state % KEYS.length] ?? ''
  })
}

/** Reads that hit, over and over; resolves when it is done. */
export type Candidate = () => Promise<void> | void

/** CPU time of one round, nanoseconds a read: what neighbours on the machine do does not count. */
export async function cpuTime(candidate: Candidate): Promise<number> {
  const before = process.cpuUsage()
  await candidate()
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1_000) / READS
}
