import { setTimeout as delay } from 'node:timers/promises'
import { profiled } from '@pitwall/sdk'
import type { LiveAgent } from '../live-agent.ts'
import { popularKeys } from '../traffic.ts'

export default {
  title: 'a slow function that is asked the same, and hardly ever',
  truths: [],
  perSecond: 0.1,
  begin(random) {
    const key = popularKeys(random, 3, 1)
    const report = profiled(
      async (_of: string) => {
        await delay(100)
        return 'ready'
      },
      { name: 'report' },
    )
    return { call: () => report(key()) }
  },
} satisfies LiveAgent
