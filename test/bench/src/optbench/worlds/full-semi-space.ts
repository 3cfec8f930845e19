import { inSteps } from '../simulated-process.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'
import { YoungObjects } from '../young-objects.ts'

export default {
  title: 'processes whose new space of a MiB a half is full hundreds of times a second',
  truths: [{ rule: 'semi-space' }],
  begin(service, random) {
    const options = {
      allocated: between(random, 200, 500),
      lasting: between(random, 0.001, 0.08),
      alive: between(random, 0.01, 0.2),
      fixed: between(random, 0.2, 0.5),
      copyMs: between(random, 0.4, 0.9),
      slower: between(random, 0.1, 0.5),
    }
    const processes = [service, service.another(), service.another()].map((one) => new YoungObjects(one, options))
    return {
      play: inSteps((now) => processes.forEach((one) => one.step(now, 1, random))),
      apply({ semiSpaceMebibytes }) {
        for (const one of processes) one.mebibytes = Number(semiSpaceMebibytes)
      },
      spent: () => processes.reduce((sum, { spentMs }) => sum + spentMs, 0),
    }
  },
} satisfies World
