import type { Backend } from '../../../../sdk/src/cache/backends/backend.ts'
import { redis } from '../../../../sdk/src/cache/backends/redis.ts'

/** How the conformance suite makes this backend on its Redis. */
export default (url: string): Backend => redis({ url })
