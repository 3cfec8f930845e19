import { LeakingProcess } from '../leaking-process.ts'
import { inSteps } from '../simulated-process.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'processes that never let go of what they remember',
  truths: [{ rule: 'heap-leak' }],
  begin(service, random) {
    const [base, perHour] = [between(random, 50, 300), between(random, 25, 120)]
    const processes = [service, service.another(), service.another()].map((one) => new LeakingProcess(one, base, perHour, 2_000))
    let now = 0
    return {
      play: inSteps((time) => {
        now = time
        for (const one of processes) one.step(time, random)
      }),
      apply() {
        for (const one of processes) {
          one.perHour = 0
          one.restart(now)
        }
      },
      spent: () => processes.reduce((sum, { heldMs }) => sum + heldMs, 0),
    }
  },
} satisfies World
