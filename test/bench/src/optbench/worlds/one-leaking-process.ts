import { LeakingProcess } from '../leaking-process.ts'
import { inSteps } from '../simulated-process.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a dozen processes, of which one leaks',
  truths: [],
  begin(service, random) {
    const [base, perHour] = [between(random, 50, 200), between(random, 100, 200)]
    const processes = [service, ...Array.from({ length: 11 }, () => service.another())].map(
      (one, index) => new LeakingProcess(one, base, index === 0 ? perHour : 0, 4_000),
    )
    return { play: inSteps((now) => processes.forEach((one) => one.step(now, random))) }
  },
} satisfies World
