import { system } from '@pitwall/sdk/contract'
import { noise, SimulatedProcess, STEP_MS, inSteps } from '../simulated-process.ts'
import { between } from '../traffic.ts'
import type { World } from '../world.ts'

export default {
  title: 'a process for each task, which loads its modules for seconds before it does a minute or two of work',
  truths: [{ rule: 'slow-start' }],
  begin(service, random) {
    const [perSecond, seconds, saved] = [between(random, 0.08, 0.15), between(random, 3, 7), between(random, 0.15, 0.4)]
    const livesMs = between(random, 90_000, 200_000)
    const running = new Map<SimulatedProcess, { readonly end: number; stop(): void }>()
    let [share, spentMs] = [1, 0]
    return {
      play: inSteps((now) => {
        for (const [one, { end, stop }] of running) {
          if (end <= now) {
            stop()
            running.delete(one)
          } else one.live(now, STEP_MS / 2, STEP_MS / 2)
        }
        if (random() >= (perSecond * STEP_MS) / 1_000) return
        const process = service.another()
        const one = new SimulatedProcess(process)
        one.restart(now - STEP_MS * random())
        const start = seconds * share * noise(random, 0.2)
        spentMs += start * 1_000
        one.levels.set(system.startDuration, start)
        running.set(one, { end: now + livesMs * noise(random, 0.3), stop: () => process.restart() })
      }),
      apply() {
        share = 1 - saved
      },
      spent: () => spentMs,
    }
  },
} satisfies World
