import { createServer } from 'node:net'
import { connect } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { DeadlineError, withDeadline } from '../../../../sdk/src/cache/shared/deadline.ts'

describe('withDeadline', () => {
  it('gives the outcome that comes in time', async () => {
    await expect(withDeadline(Promise.resolve(1), 1_000)).resolves.toBe(1)
    await expect(withDeadline(Promise.reject(new RangeError('no')), 1_000)).rejects.toThrow(RangeError)
  })

  it('gives up after the deadline', async () => {
    await expect(withDeadline(new Promise(() => {}), 1)).rejects.toThrow(new DeadlineError(1))
  })

  it('does not blame a server for an event loop that was blocked', async () => {
    const server = createServer((socket) => socket.end('answer')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const answer = once(socket, 'data').then(([data]) => String(data))
    const work = withDeadline(answer, 20)
    // The answer arrives while nothing can read it, and the deadline passes.
    const blockedUntil = performance.now() + 60
    while (performance.now() < blockedUntil);
    await expect(work).resolves.toBe('answer')
    socket.destroy()
    server.close()
  })
})
