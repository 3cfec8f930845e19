import { setTimeout as wait } from 'node:timers/promises'
import { cached } from '@pitwall/sdk'
import { workload } from '../../workload.ts'
import { agentFunction, setting } from '../agent-function.ts'

const { cache, costMs } = workload.lookupPolicy

async function fetchPolicy(topic: string): Promise<string> {
  await wait(costMs)
  return `Policy on ${topic}: up to 24 hours before departure.`
}

function lookupPolicy(maxEntries: number) {
  return cached(fetchPolicy, { name: 'lookupPolicy', maxEntries, ttl: cache.ttlMs })
}

/** A cache with too little room. */
export default agentFunction(lookupPolicy(cache.maxEntries), (change) => lookupPolicy(setting(change, 'maxEntries', cache.maxEntries)))
