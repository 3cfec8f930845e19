import { setTimeout as wait } from 'node:timers/promises'
import { cached } from '@pitwall/sdk'
import { hybrid } from '@pitwall/sdk/backends/hybrid'
import { memory } from '@pitwall/sdk/backends/memory'
import { redis } from '@pitwall/sdk/backends/redis'
import { workload } from '../../workload.ts'
import { agentFunction } from '../agent-function.ts'

const load = workload.hotelDetails
const url = process.env['REDIS_URL']

async function fetchHotel(hotel: string): Promise<string> {
  await wait(load.costMs)
  return `Hotel ${hotel}: 42 rooms, breakfast until ten.`
}

const limits = { name: 'hotelDetails', maxEntries: load.cache.maxEntries, ttl: load.cache.ttlMs } as const

/** A healthy cache: in memory, and shared by the agents through Redis where there is one. */
const hotelDetails =
  url === undefined
    ? cached(fetchHotel, limits)
    : cached(fetchHotel, { ...limits, backend: hybrid({ front: memory(), back: redis({ url }) }) })

export default agentFunction(hotelDetails, () => hotelDetails)
