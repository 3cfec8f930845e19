import { setTimeout as wait } from 'node:timers/promises'
import { cached } from '@pitwall/sdk'
import { workload } from '../../workload.ts'
import { agentFunction, setting } from '../agent-function.ts'

const { cache, costMs } = workload.exchangeRate

async function fetchRate(pair: string): Promise<number> {
  await wait(costMs)
  return 1 + pair.length / 100
}

function exchangeRate(ttl: number) {
  return cached(fetchRate, { name: 'exchangeRate', maxEntries: cache.maxEntries, ttl })
}

/** A cache that forgets too soon. */
export default agentFunction(exchangeRate(cache.ttlMs), (change) => exchangeRate(setting(change, 'ttlSeconds', Infinity) * 1_000))
