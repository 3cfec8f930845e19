import KeyvRedis from '@keyv/redis'
import { Keyv } from 'keyv'
import { afterAll } from 'vitest'
import type { SharedBackend } from '../../../../sdk/src/cache/backends/backend.ts'
import { keyv } from '../../../../sdk/src/cache/backends/keyv.ts'
import { useRedis } from '../../../support/redis.ts'
import type { RedisProcess } from '../../../support/redis-process.ts'

const adapters: KeyvRedis<string>[] = []

/** How the conformance suite makes this backend on its Redis. */
export default (url: string): SharedBackend => {
  const adapter = new KeyvRedis<string>({ url, socket: { reconnectStrategy: 50 } })
  adapters.push(adapter)
  return keyv({ store: new Keyv({ store: adapter }) })
}

/** The connections are the suite's own: it ends them itself. */
export function useServer(): () => RedisProcess {
  afterAll(async () => {
    await Promise.all(adapters.splice(0).map((adapter) => adapter.disconnect(true)))
  })
  return useRedis()
}
