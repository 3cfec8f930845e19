import { createStorage, type Storage } from 'unstorage'
import redisDriver from 'unstorage/drivers/redis'
import { afterAll } from 'vitest'
import type { SharedBackend } from '../../../../sdk/src/cache/backends/backend.ts'
import { unstorage } from '../../../../sdk/src/cache/backends/unstorage.ts'
import { useRedis } from '../../../support/redis.ts'
import type { RedisProcess } from '../../../support/redis-process.ts'

const storages: Storage[] = []

/** How the conformance suite makes this backend on its Redis. */
export default (url: string): SharedBackend => {
  const driver = redisDriver({ url, lazyConnect: true, retryStrategy: () => 50 })
  driver.getInstance?.().on('error', () => {})
  const storage = createStorage({ driver })
  storages.push(storage)
  return unstorage({ storage })
}

/** The storages are the suite's own: it disposes of them itself. */
export function useServer(): () => RedisProcess {
  afterAll(async () => {
    await Promise.all(storages.splice(0).map((storage) => storage.dispose()))
  })
  return useRedis()
}
