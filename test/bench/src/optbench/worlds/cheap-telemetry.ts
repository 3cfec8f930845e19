import { SimulatedOverhead } from '../simulated-overhead.ts'
import { inSteps } from '../simulated-process.ts'
import type { World } from '../world.ts'

export default {
  title: 'fifty processes whose telemetry is within its budget, but for one: together it is a third of a core',
  truths: [],
  begin(service, random) {
    const all = [service, ...Array.from({ length: 49 }, () => service.another())].map((one, index) =>
      one.add(new SimulatedOverhead({ allocation: index === 0 ? 0.06 : 0.005, heap: 0.0005 })),
    )
    return { play: inSteps(() => all.forEach((one) => one.step(1, random))) }
  },
} satisfies World
