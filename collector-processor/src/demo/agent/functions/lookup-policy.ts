import { setTimeout as wait } from 'node:timers/promises'
import { cached } from '@pitwall/sdk'
import { workload } from '../../workload.ts'
import { agentFunction, setting } from '../agent-function.ts'

const load = workload.lookupPolicy

async function fetchPolicy(topic: string): Promise<string> {
  await wait(load.costMs)
  return `Policy on ${topic}: up to 24 hours before departure.`
}

/** A cache with too little room. */
const lookupPolicy = cached(fetchPolicy, { name: 'lookupPolicy', maxEntries: load.cache.maxEntries, ttl: load.cache.ttlMs })

export default agentFunction(lookupPolicy, (change) =>
  cached(fetchPolicy, {
    name: 'lookupPolicy',
    maxEntries: setting(change, 'maxEntries', load.cache.maxEntries),
    ttl: load.cache.ttlMs,
  }),
)
