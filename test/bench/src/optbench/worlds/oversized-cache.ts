import { cache as contract } from '@pitwall/sdk/contract'
import { callsOf } from '../one-cache.ts'
import { SimulatedCache } from '../simulated-cache.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a cache of large values, nearly all of which nobody asks for again',
  truths: [{ rule: 'oversized-cache', subject: 'documents' }],
  begin(service, random) {
    const [rate, hot, bytes] = [between(random, 8, 12), Math.round(between(random, 30, 80)), between(random, 200_000, 500_000)]
    const cache = service.add(new SimulatedCache('documents', { maxEntries: 2_000, ttlSeconds: 86_400 }, service.clock))
    const own = { 'pitwall.cache.name': 'documents', 'pitwall.cache.backend': 'memory' } as const
    service.add({ collect: (sink) => sink.number(contract.size, own, cache.size * bytes) })
    const calls = callsOf(service, cache, random, {
      perSecond: () => rate,
      key: (index) => (random() < 0.8 ? `hot ${Math.floor(hot * random())}` : `once ${index}`),
      meanMs: () => 20,
    })
    return {
      play: (until) => calls.play(until),
      apply: ({ maxEntries }) => void (cache.limits = { ...cache.limits, maxEntries: Number(maxEntries) }),
      // Wrongly: hardly any smaller.
      applyWrongly: () => void (cache.limits = { ...cache.limits, maxEntries: 1_800 }),
      spent: () => calls.heldMs * bytes,
    }
  },
} satisfies World
