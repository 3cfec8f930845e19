import { setTimeout as wait } from 'node:timers/promises'
import { cached, profiled } from '@pitwall/sdk'
import { hybrid } from '@pitwall/sdk/backends/hybrid'
import { memory } from '@pitwall/sdk/backends/memory'
import { redis } from '@pitwall/sdk/backends/redis'

/** Slow, asked the same again and again, and not cached: Pitwall advises a cache. */
const searchFlights = profiled(async function searchFlights(route) {
  await wait(60)
  return `Flights of ${route}`
})

/** Cached, but with room for a fraction of what is asked for: Pitwall advises more. */
const cityDetails = cached(
  async (city) => {
    await wait(30)
    return `Details of ${city}`
  },
  { name: 'cityDetails', ttl: '1h', maxEntries: 40 },
)

/** Shared by all agents through Redis: nothing to advise. */
const exchangeRate = cached(
  async (currency) => {
    await wait(20)
    return `Rate of ${currency}`
  },
  { name: 'exchangeRate', ttl: '10m', backend: hybrid({ front: memory(), back: redis({ url: process.env.REDIS_URL }) }) },
)

/** Some things are asked for far more often than others. */
const popular = (count) => Math.floor(count * Math.random() ** 3)

for (;;) {
  void searchFlights(`route ${popular(100)}`)
  void cityDetails(`city ${popular(400)}`)
  void exchangeRate(`currency ${popular(30)}`)
  await wait(100)
}
