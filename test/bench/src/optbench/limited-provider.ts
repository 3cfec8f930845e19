import type { Service } from './service.ts'
import { SimulatedModel } from './simulated-model.ts'
import { between, Traffic } from './traffic.ts'
import type { Life } from './world.ts'

/** How calls come, and what the provider allows. */
export interface ProviderOptions {
  /** Groups of calls that begin together, a second, and calls in each. */
  readonly groupsPerSecond: number
  readonly groupSize: number
  /** Requests a second that the provider answers at a time (milliseconds since the world began), and how many it saves up. */
  readonly allowed: (now: number) => number
  readonly burst: number
  readonly meanMs: number
}

/** A call that waits for its turn or its next try. */
interface Pending {
  at: number
  readonly beganAt: number
  readonly answerMs: number
  tries: number
}

/** A world of one model whose provider turns requests away that come too fast; the client tries five times, with longer and longer pauses. */
export function limitedProvider(service: Service, random: () => number, options: ProviderOptions): Life {
  const model = new SimulatedModel(service, 'gpt-4.1')
  const traffic = new Traffic(random, { perSecond: () => options.groupsPerSecond, key: () => '', meanMs: () => options.meanMs })
  let [tokens, filledAt, rejectedMs] = [options.burst, 0, 0]
  let [spacingMs, nextStart] = [0, 0]
  const pending: Pending[] = []

  const enqueue = (one: Pending): void => {
    const index = pending.findLastIndex(({ at }) => at <= one.at)
    pending.splice(index + 1, 0, one)
  }
  const attempt = (one: Pending): void => {
    if (one.at < nextStart) return enqueue({ ...one, at: nextStart })
    nextStart = one.at + spacingMs
    tokens = Math.min(options.burst, tokens + ((one.at - filledAt) / 1_000) * options.allowed(one.at))
    filledAt = one.at
    if (tokens >= 1) {
      tokens--
      return model.call({ seconds: (one.at + one.answerMs - one.beganAt) / 1_000, input: 1_000, output: 200 })
    }
    const milliseconds = between(random, 80, 300)
    rejectedMs += milliseconds
    model.statistics.addRejection(milliseconds / 1_000)
    const tries = one.tries + 1
    const pause = 500 * 2 ** tries * (0.5 + random())
    if (tries < 5) enqueue({ ...one, tries, at: one.at + milliseconds + pause })
    else model.call({ seconds: (one.at + milliseconds - one.beganAt) / 1_000, failure: 'rate_limited' })
  }
  return {
    play(until) {
      for (const [time, { ms }] of traffic.until(until)) {
        while (pending[0] !== undefined && pending[0].at <= time) attempt(pending.shift() ?? pending[0])
        for (let index = 0; index < options.groupSize; index++)
          attempt({ at: time, beganAt: time, answerMs: ms * (0.5 + random()), tries: 0 })
      }
      while (pending[0] !== undefined && pending[0].at <= until) attempt(pending.shift() ?? pending[0])
      service.now = until
    },
    apply: (change) => void (spacingMs = Number(change['spacingMs'])),
    spent: () => rejectedMs,
  }
}
