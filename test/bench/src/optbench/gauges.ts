import type { NumberDefinition } from '@pitwall/sdk/contract'
import type { Service } from './service.ts'
import type { Life } from './world.ts'

/** How often the used share is looked at, milliseconds. */
const STEP_MS = 60_000

/** A process of which only levels are known, at a time (milliseconds since the world began), and the share that it uses of something. */
export interface Levels {
  readonly levels: readonly (readonly [metric: NumberDefinition, at: (now: number) => number])[]
  readonly share: (now: number) => number
}

/** A world of levels: what it spends is the share that it uses, for as long as it uses it. */
export function ofLevels(service: Service, { levels, share }: Levels): Life {
  let spent = 0
  service.add({
    collect(sink) {
      for (const [metric, at] of levels) sink.number(metric, {}, at(service.now))
    },
  })
  return {
    play(until) {
      for (; service.now + STEP_MS <= until; service.now += STEP_MS) spent += share(service.now) * STEP_MS
      spent += share(service.now) * (until - service.now)
      service.now = until
    },
    spent: () => spent,
  }
}
