import { describe, expect, it } from 'vitest'
import { RedisConnection } from '../../../../sdk/src/cache/redis/connection.ts'
import { startBlackHole } from '../../../support/black-hole.ts'

describe('a connection to an address from which no answer comes', () => {
  it('does not wait until the system sends the lost packet again, which takes a second', async () => {
    await using hole = await startBlackHole()
    const connection = new RedisConnection({ url: `redis://127.0.0.1:${hole.port}`, cluster: undefined, options: {} })
    connection.retain()
    const started = performance.now()
    await expect(connection.run((client) => client.ping())).rejects.toThrow('ETIMEDOUT')
    expect(performance.now() - started).toBeLessThan(950)
    connection.release()
  })
})
