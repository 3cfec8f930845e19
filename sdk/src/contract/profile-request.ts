/**
 * How a process is asked for a profile, by `pitwall profile` or by anyone. A process that listens to the signal leaves
 * a file `PID` in a folder of its user, which only that user can read; who asks writes `PID.json`, and sends the signal.
 */
export const profileRequests = {
  /** Environment variable that lets a process listen; without it the signal ends the process, as always. */
  listenVariable: 'PITWALL_PROFILE_SIGNAL',
  /** The only value of that variable, and the signal that is sent. */
  signal: 'SIGUSR2',
  /** Environment variable with a request, as JSON, for a process that is profiled from its start. */
  startVariable: 'PITWALL_PROFILE_REQUEST',
  /** Folder below the system's folder for temporary files. */
  folder: (user: string | number) => `pitwall-profile-${user}`,
} as const

/** What is asked for. */
export interface ProfileRequest {
  /** How long, in seconds; it ends before, where the process does. */
  readonly seconds: number
  /** Where its CPU time goes, or what it allocates. */
  readonly of: 'cpu' | 'heap'
  readonly format: 'pprof' | 'folded'
  /** Where the answer is put, as a file `AMOUNT-PID.pb.gz` or `.folded`; the amount is milliseconds of CPU, or bytes that were allocated. */
  readonly folder: string
}

/** Seconds that a profile takes where nothing is said about it. */
export const DEFAULT_PROFILE_SECONDS = 10
