import { setTimeout as delay } from 'node:timers/promises'
import { profiled } from '@pitwall/sdk'
import type { LiveAgent } from '../live-agent.ts'
import { between, popularKeys } from '../traffic.ts'

export default {
  title: 'a slow function that returns something new whenever it is asked the same',
  truths: [],
  perSecond: 20,
  begin(random) {
    const [meanMs, key] = [between(random, 20, 80), popularKeys(random, 100, 0.9)]
    let reading = 0
    const weather = profiled(
      async (_place: string) => {
        await delay(meanMs)
        return reading++
      },
      { name: 'weather' },
    )
    return { call: () => weather(key()) }
  },
} satisfies LiveAgent
