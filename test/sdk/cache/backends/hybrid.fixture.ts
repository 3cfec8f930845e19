import type { Backend } from '../../../../sdk/src/cache/backends/backend.ts'
import { hybrid } from '../../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../../sdk/src/cache/backends/memory.ts'
import { redis } from '../../../../sdk/src/cache/backends/redis.ts'

/** How the conformance suite makes this backend on its Redis. */
export default (url: string): Backend => hybrid({ front: memory(), back: redis({ url }) })
