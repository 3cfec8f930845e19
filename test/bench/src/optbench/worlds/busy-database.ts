import { onePool } from '../simulated-pool.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

const CYCLE_MS = 3_600_000

export default {
  title: 'a pool that is nearly full because the database slows down under load: more connections would slow it down more',
  truths: [],
  begin(service, random) {
    const [size, phase] = [Math.round(between(random, 8, 20)), random()]
    const handles = 0.4 * size
    return onePool(service, random, {
      size,
      meanMs: between(random, 100, 300),
      inUse: (now) => handles * (0.85 + 0.15 * Math.sin(2 * Math.PI * (now / CYCLE_MS + phase))),
      slowdown: (connections) => Math.max(1, connections / handles),
    })
  },
} satisfies World
