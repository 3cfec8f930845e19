import { setTimeout as wait } from 'node:timers/promises'
import { cached } from '@pitwall/sdk'
import { workload } from '../../workload.ts'
import { agentFunction, setting } from '../agent-function.ts'

const load = workload.exchangeRate

async function fetchRate(pair: string): Promise<number> {
  await wait(load.costMs)
  return 1 + pair.length / 100
}

/** A cache that forgets too soon. */
const exchangeRate = cached(fetchRate, { name: 'exchangeRate', maxEntries: load.cache.maxEntries, ttl: load.cache.ttlMs })

export default agentFunction(exchangeRate, (change) =>
  cached(fetchRate, {
    name: 'exchangeRate',
    maxEntries: load.cache.maxEntries,
    ttl: setting(change, 'ttlSeconds', load.cache.ttlMs / 1_000) * 1_000,
  }),
)
