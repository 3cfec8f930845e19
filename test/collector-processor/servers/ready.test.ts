import { createServer } from 'node:http'
import { createServer as createTcpServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { answers, replies, until } from '../../../collector-processor/src/servers/ready.ts'

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function listen(server: Server): Promise<string> {
  open.push(server)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return `127.0.0.1:${address.port}`
}

describe('answers', () => {
  it('is true for a status below 300 only', async () => {
    const address = await listen(
      createServer((request, response) => {
        response.statusCode = request.url === '/ready' ? 200 : 503
        response.end('text')
      }),
    )
    await expect(answers(`http://${address}/ready`)).resolves.toBe(true)
    await expect(answers(`http://${address}/starting`)).resolves.toBe(false)
  })
})

describe('replies', () => {
  it('is true for the expected reply only', async () => {
    const address = await listen(createTcpServer((socket) => socket.end('+PONG\r\n')))
    await expect(replies(address, 'PING', '+PONG')).resolves.toBe(true)
    await expect(replies(address, 'PING', '-LOADING')).resolves.toBe(false)
  })

  it('is false when the connection is closed without a word', async () => {
    const address = await listen(createTcpServer((socket) => socket.destroy()))
    await expect(replies(address, 'PING', '+PONG')).resolves.toBe(false)
  })

  it('is false when nobody listens', async () => {
    await expect(replies('127.0.0.1:1', 'PING', '+PONG')).resolves.toBe(false)
  })
})

describe('until', () => {
  it('asks again after a no and after a failure', async () => {
    const replies = [Promise.resolve(false), Promise.reject(new Error('refused')), Promise.resolve(true)]
    replies[1]?.catch(() => {})
    await expect(until(() => replies.shift() ?? Promise.resolve(false), 5_000)).resolves.toBe(true)
    expect(replies).toHaveLength(0)
  })

  it('gives up when told to, long before the deadline', async () => {
    await expect(
      until(
        async () => false,
        60_000,
        () => true,
      ),
    ).resolves.toBe(false)
  })
})
