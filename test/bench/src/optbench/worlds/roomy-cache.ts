import { cache as contract } from '@pitwall/sdk/contract'
import { callsOf } from '../one-cache.ts'
import { SimulatedCache } from '../simulated-cache.ts'
import { between, popularKeys } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a large cache all of whose values are asked for again, the last ones seldom',
  truths: [],
  begin(service, random) {
    const [rate, bytes] = [between(random, 8, 12), between(random, 100_000, 300_000)]
    const cache = service.add(new SimulatedCache('documents', { maxEntries: 4_000, ttlSeconds: 86_400 }, service.clock))
    const own = { 'pitwall.cache.name': 'documents', 'pitwall.cache.backend': 'memory' } as const
    service.add({ collect: (sink) => sink.number(contract.size, own, cache.size * bytes) })
    const calls = callsOf(service, cache, random, { perSecond: () => rate, key: popularKeys(random, 2_500, 0.5), meanMs: () => 20 })
    return { play: (until) => calls.play(until) }
  },
} satisfies World
