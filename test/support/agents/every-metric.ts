import { createServer } from 'node:net'
import { cached, profiled, register } from '@pitwall/sdk'

/**
 * An agent that uses the SDK in the ordinary ways: functions, caches that evict and expire, loads that fail. It sends to the Collector and can be scraped;
 * it prints the port of its scrape endpoint, then works on until it is ended.
 */
const port = await freePort()
register({ exporter: ['otlp', 'prometheus'], exportIntervalMs: 500, prometheusPort: port })

const search = profiled(async function search(query: string) {
  return query.length
})
const lookup = cached(
  async function lookup(id: string) {
    if (id === 'unknown') throw new TypeError('there is no such id')
    return { id }
  },
  { ttl: 60_000, maxEntries: 3 },
)

async function work(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) {
    await search(`query ${turn % 7}`)
    await lookup(`id ${turn % 5}`)
    await lookup('unknown').catch(() => {})
  }
}

await work()
console.log(port)
setInterval(() => void work(), 200)

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  await new Promise((closed) => server.close(closed))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
