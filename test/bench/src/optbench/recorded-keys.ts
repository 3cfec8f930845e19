import { readTraces, type Trace } from '../support/traces.ts'

/** Longer recordings would be played in part only. */
const MAX_REQUESTS = 150_000

let recordings: readonly Pick<Trace, 'name' | 'keys'>[] | undefined

/**
 * Keys of recorded traffic, from some request of one of the traces on, each in its turn. When it ends it begins again, with keys that
 * were not asked for before, as another day's would be.
 */
export function recordedKeys(random: () => number): (index: number) => string {
  recordings ??= [...readTraces(MAX_REQUESTS).traces].map(({ name, keys }) => ({ name, keys }))
  const recording = recordings[Math.floor(random() * recordings.length)]
  if (recording === undefined) throw new Error('There is no trace to play.')
  const { name, keys } = recording
  const first = Math.floor(random() * keys.length)
  return (index) => `${name} ${Math.floor((first + index) / keys.length)} ${keys[(first + index) % keys.length]}`
}
