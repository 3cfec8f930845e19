import { profiled } from '@pitwall/sdk'
import type { LiveAgent } from '../live-agent.ts'
import { popularKeys } from '../traffic.ts'

export default {
  title: 'a function that is called often and takes next to nothing',
  truths: [],
  perSecond: 100,
  begin(random) {
    const key = popularKeys(random, 100, 1)
    const normalize = profiled((text: string) => text.trim().toLowerCase(), { name: 'normalize' })
    return { call: () => normalize(key()) }
  },
} satisfies LiveAgent
