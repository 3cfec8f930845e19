import { OptionError } from '../errors.ts'

/** How long a profile takes that is asked for. */
export interface ProfileDuration {
  /** How long, in milliseconds, up to ten minutes; default 10,000. */
  readonly durationMs?: number
  /** Ends it before; what was seen until then is the profile. */
  readonly signal?: AbortSignal
}

/** A longer profile is a matter for those that are taken all the time. */
const MAX_DURATION_MS = 600_000

/** What was asked for, or its length alone. @throws OptionError where that is none */
export function checked(given: number | ProfileDuration): { readonly durationMs: number; readonly signal: AbortSignal | undefined } {
  const { durationMs = 10_000, signal } = typeof given === 'number' ? { durationMs: given } : given
  if (!(durationMs > 0 && durationMs <= MAX_DURATION_MS))
    throw new OptionError('durationMs', durationMs, `a number of milliseconds above 0 and up to ${MAX_DURATION_MS}`)
  return { durationMs, signal }
}

/** Waits so long, or until the signal. */
export function waited(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, durationMs)
    if (signal?.aborted === true) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
}
