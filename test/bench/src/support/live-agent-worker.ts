import { setTimeout as delay } from 'node:timers/promises'
import { register } from '@pitwall/sdk'
import type { Call, LiveAgent } from '../optbench/live-agent.ts'
import type { Change } from '../optbench/world.ts'
import { randomNumbers } from './generator.ts'
import { serve } from './worker.ts'

const [, , kind = '', seed = '', serviceName = ''] = process.argv
const { default: agent }: { default: LiveAgent } = await import(new URL(`../optbench/agents/${kind}.js`, import.meta.url).href)
register({ serviceName, exporter: 'otlp', exportIntervalMs: 2_000 })
const random = randomNumbers(Number(seed))
const { call, fixed } = agent.begin(random)

/** Calls that have ended, and what they cost together, milliseconds. */
let ended = 0
let spentMs = 0

async function run(one: Call): Promise<void> {
  const start = performance.now()
  const result = one()
  const held = performance.now() - start
  await result
  ended++
  spentMs += agent.costs === 'held' ? held : performance.now() - start
}

/** Calls by chance, whatever becomes of those before, for so long. */
async function live(one: Call, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds
  for (;;) {
    const gap = (-Math.log(1 - random()) * 1_000) / agent.perSecond
    const left = Math.max(0, end - performance.now())
    await delay(Math.min(gap, left))
    if (gap >= left) return
    void run(one)
  }
}

/** Mean milliseconds of the calls of so long. */
async function measure(one: Call, milliseconds: number): Promise<number> {
  const [before, spentBefore] = [ended, spentMs]
  await live(one, milliseconds)
  return ended === before ? NaN : (spentMs - spentBefore) / (ended - before)
}

const service = {
  /** Lives as it is. */
  live: (milliseconds: number) => live(call, milliseconds),
  /** Lives with the advised change and without it in turns, after one turn in which the change becomes warm. Seconds saved a second, each pair of turns. */
  async compare(change: Change, turns: number, milliseconds: number): Promise<readonly number[]> {
    const changed = fixed?.(change)
    if (changed === undefined) throw new Error(`${kind} cannot be changed.`)
    await live(changed, milliseconds)
    const savings: number[] = []
    for (let turn = 0; turn < turns; turn++) {
      const without = await measure(call, milliseconds)
      savings.push(((without - (await measure(changed, milliseconds))) * agent.perSecond) / 1_000)
    }
    return savings
  },
}

export type LiveAgentService = typeof service
serve(service)
