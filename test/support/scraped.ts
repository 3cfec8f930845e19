import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Stack } from '../../collector-processor/src/servers/stack.ts'

/** Lets a stack's Prometheus scrape this text, or what is there at that moment; returns what ends it. */
export async function scraped(stack: Stack, text: string | (() => Promise<string>)): Promise<() => void> {
  const page = typeof text === 'string' ? () => Promise.resolve(text) : text
  // Prometheus 3 refuses an answer without a content type.
  const server = createServer((_, response) => {
    void page().then((content) => response.setHeader('content-type', 'text/plain; version=0.0.4').end(content))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  await stack.scrape([`127.0.0.1:${address.port}`])
  return () => void server.close()
}
