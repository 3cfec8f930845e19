import { spelledCache } from '../spelled-cache.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a cache whose keys hardly repeat, in whatever way they are written',
  truths: [],
  begin(service, random) {
    const [rate, meanMs] = [between(random, 4, 7), between(random, 50, 200)]
    return spelledCache(service, 'letters', 3_600, random, {
      perSecond: () => rate,
      key: (index) => (random() < 0.05 ? 'Again' : `Letter ${index}`),
      meanMs: () => meanMs,
    })
  },
} satisfies World
