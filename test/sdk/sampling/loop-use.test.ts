import { describe, expect, it } from 'vitest'
import { busyShare, LoopUseReader } from '../../../sdk/src/sampling/loop-use.ts'
import { runAgent } from '../../support/agent-process.ts'

describe('the share of time in which the event loop is busy', () => {
  it.each(['not sampled', 'sampled'])('is what it is where V8 has %s the thread', async (sampled) => {
    const { stdout, stderr } = await runAgent(
      `import { busyShare, LoopUseReader } from './sdk/dist/sampling/loop-use.js'
       import { cpuSampler } from './sdk/dist/profiles/cpu-sampler.js'
       import { setTimeout as delay } from 'node:timers/promises'
       const use = new LoopUseReader()
       await delay(50)
       if (${sampled === 'sampled'}) cpuSampler.begin()
       await delay(50)
       const before = use.read()
       let held = 0
       for (let block = 0; block < 20; block++) {
         const start = performance.now()
         while (performance.now() < start + 10);
         held += performance.now() - start
         await delay(40)
       }
       const { activeMs, idleMs } = use.read()
       console.log(JSON.stringify({ before, now: { activeMs, idleMs }, held }))
       process.exit()`,
    )
    expect(stderr).toBe('')
    const { before, now, held } = JSON.parse(stdout)
    const passed = now.activeMs + now.idleMs - before.activeMs - before.idleMs
    expect(busyShare(before, now)).toBeGreaterThan((0.95 * held) / passed)
    // What Node.js says of a thread that is sampled is 0.7 and more here; on a busy machine every turn takes longer.
    expect(busyShare(before, now)).toBeLessThan(held / passed + 0.2)
  })

  it('is nothing where no time has passed, and never above one', () => {
    expect(busyShare({ activeMs: 5, idleMs: 5 }, { activeMs: 5, idleMs: 5 })).toBe(0)
    expect(busyShare({ activeMs: 5, idleMs: 5 }, { activeMs: 9, idleMs: 4 })).toBe(1)
  })

  it('is what Node.js says before the first turn is over, and no less once it is', async () => {
    const use = new LoopUseReader()
    const atFirst = use.read()
    expect(atFirst.activeMs).toBeCloseTo(performance.eventLoopUtilization().active, -1)
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(use.read().activeMs).toBeGreaterThanOrEqual(atFirst.activeMs)
    use.stop()
  })
})
