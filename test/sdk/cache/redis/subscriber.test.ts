import { describe, expect, it } from 'vitest'
import { RedisSubscriber } from '../../../../sdk/src/cache/redis/subscriber.ts'
import { quiet } from '../../../support/controlled-load.ts'
import { useRedis } from '../../../support/redis.ts'

describe('the connection on which processes hear from each other', () => {
  const server = useRedis()

  /** Resolves when nothing is missed. */
  async function listening(): Promise<{ subscriber: RedisSubscriber; disconnected: () => number }> {
    const subscriber = new RedisSubscriber({ url: server().url, cluster: undefined, options: {} })
    let times = 0
    const connected = Promise.withResolvers<void>()
    subscriber.listen('changes', { heard() {}, connected: () => connected.resolve(), disconnected: () => times++ })
    await connected.promise
    return { subscriber, disconnected: () => times }
  }

  it('is not taken for whole for one turn of the event loop after the server has ended it', async () => {
    await server().ask(async (client) => {
      for (let round = 0; round < 20; round++) {
        const { subscriber, disconnected } = await listening()
        await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
        await quiet()
        expect([subscriber.live, disconnected()]).toEqual([false, 1])
        subscriber.close()
      }
    })
  })
})
