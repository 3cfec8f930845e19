import { setTimeout as delay } from 'node:timers/promises'
import { profiled } from '@pitwall/sdk'
import type { LiveAgent } from '../live-agent.ts'
import { between, popularKeys } from '../traffic.ts'

export default {
  title: 'a function with effects, that returns the same again and again',
  truths: [],
  perSecond: 20,
  begin(random) {
    const [meanMs, key] = [between(random, 20, 80), popularKeys(random, 100, 0.9)]
    const book = profiled(
      async (_seat: string) => {
        await delay(meanMs)
        return 'booked'
      },
      { name: 'bookSeat' },
    )
    return { call: () => book(key()) }
  },
} satisfies LiveAgent
