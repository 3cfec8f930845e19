import type { Report } from '../recommendation/recommendation.ts'

/** An output channel of the optimizer. One file in this folder is one emitter. */
export interface Emitter {
  /** Publishes the outcome of one cycle. Doing it twice changes nothing; rejects with one clear sentence when it could not. */
  emit(report: Report): Promise<void>
  /** Lets go of connections and timers; what was emitted may lapse. Never rejects. */
  close(): Promise<void>
}
