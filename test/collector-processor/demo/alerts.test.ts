import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { activeAlerts } from '../../../collector-processor/src/demo/alerts.ts'

async function answering(status: number, body: string): Promise<{ url: string; close(): void }> {
  const server = createServer((_, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() satisfies AddressInfo | string | null
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() }
}

test.each([
  ['an error page', 502, '<html>bad gateway</html>'],
  ['something else', 200, '{"status":"success"}'],
])('no alerts where the answer is %s', async (_, status, body) => {
  const server = await answering(status, body)
  try {
    expect(await activeAlerts(server.url)).toEqual([])
  } finally {
    server.close()
  }
})

test('no alerts where nobody answers', async () => {
  expect(await activeAlerts('http://127.0.0.1:1')).toEqual([])
})
