import { setTimeout as delay } from 'node:timers/promises'
import { profiled } from '@pitwall/sdk'
import type { LiveAgent } from '../live-agent.ts'
import { between } from '../traffic.ts'

export default {
  title: 'a slow function that is never asked the same twice',
  truths: [],
  perSecond: 20,
  begin(random) {
    const meanMs = between(random, 20, 80)
    let number = 0
    const summarize = profiled(
      async (text: string) => {
        await delay(meanMs)
        return text.length
      },
      { name: 'summarize' },
    )
    return { call: () => summarize(`document ${number++}`) }
  },
} satisfies LiveAgent
