import { OldObjects } from '../old-objects.ts'
import { inSteps } from '../simulated-process.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'heaps that are nearly full after every major collection, in containers with room',
  truths: [{ rule: 'old-space-pressure' }],
  begin(service, random) {
    const [limit, full, allocated] = [between(random, 300, 1_500), between(random, 0.66, 0.78), between(random, 0.08, 0.2)]
    const options = {
      staying: () => full * limit,
      limit,
      allocated: () => allocated * limit * (1 - full),
      markMs: 250 / limit,
      pressed: between(random, 1.5, 4),
      containerLimit: 4 * limit,
    }
    const processes = [service, service.another()].map((one) => new OldObjects(one, options))
    return {
      play: inSteps((now) => processes.forEach((one) => one.step(now, 1, random))),
      apply({ maxOldSpaceMebibytes }) {
        for (const one of processes) one.limit = Number(maxOldSpaceMebibytes)
      },
      applyWrongly() {
        for (const one of processes) one.limit += 4
      },
      spent: () => processes.reduce((sum, { spentMs }) => sum + spentMs, 0),
    }
  },
} satisfies World
