import { spelledCache, writtenSomehow } from '../spelled-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a cache whose keys hardly repeat, because everybody writes them in another way',
  truths: [{ rule: 'unique-keys', subject: 'hotels' }],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 4, 7), between(random, 50, 200)]
    const cities = popularKeys(random, 150, 1)
    return spelledCache(service, 'hotels', 3_600, random, {
      perSecond: () => rate,
      key: () => writtenSomehow(`hotels near the centre of ${cities()}`, random),
      meanMs: () => meanMs,
    })
  },
} satisfies World
