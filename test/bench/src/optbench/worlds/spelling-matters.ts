import { hashString } from '../../../../../sdk/dist/sampling/hash.js'
import { spelledCache, writtenSomehow } from '../spelled-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a cache whose keys differ in their case, as their values do',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 4, 7), between(random, 50, 200)]
    const files = popularKeys(random, 150, 1)
    return spelledCache(service, 'files', 3_600, random, {
      perSecond: () => rate,
      key: () => writtenSomehow(`src/components of ${files()}`, random),
      meanMs: () => meanMs,
      result: hashString,
    })
  },
} satisfies World
