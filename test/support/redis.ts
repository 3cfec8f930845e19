import { afterEach } from 'vitest'
import { RedisProcess } from './redis-process.ts'
import { startedForTests } from './started-for-tests.ts'

/** One Redis for the tests of this file, which they may kill, freeze and bring back; after each test it runs again and is empty. */
export function useRedis(): () => RedisProcess {
  const redis = startedForTests('Redis', () => RedisProcess.start())
  afterEach(async () => {
    redis().resume()
    await redis().ask((client) => client.flushall())
  })
  return redis
}
