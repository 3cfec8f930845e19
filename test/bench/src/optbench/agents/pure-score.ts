import { cached, profiled } from '@pitwall/sdk'
import type { LiveAgent } from '../live-agent.ts'
import { between, popularKeys } from '../traffic.ts'

export default {
  title: 'a function that computes the same from the same, again and again',
  truths: [{ rule: 'memoize-pure-function', subject: 'score' }],
  perSecond: 12,
  begin(random) {
    const [rounds, key] = [Math.round(between(random, 800_000, 1_600_000)), popularKeys(random, between(random, 50, 150), 0.9)]
    const compute = (text: string): number => {
      let sum = text.length
      for (let round = 0; round < rounds; round++) sum = (sum * 31 + text.charCodeAt(round % text.length)) % 1_000_003
      return sum
    }
    const score = profiled(compute, { name: 'score' })
    return {
      call: () => score(key()),
      fixed({ maxEntries }) {
        const kept = cached(compute, { name: 'score with a cache', maxEntries: Number(maxEntries) })
        return () => kept(key())
      },
    }
  },
} satisfies LiveAgent
