import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { metricProducer } from '@pitwall/sdk'
import { heap, runtime } from '@pitwall/sdk/contract'
import container from '@pitwall/sdk/profilers/container'
import gc from '@pitwall/sdk/profilers/gc'
import heapProfiler from '@pitwall/sdk/profilers/heap'
import loopDelay from '@pitwall/sdk/profilers/loop-delay'
import processProfiler from '@pitwall/sdk/profilers/process'
import resources from '@pitwall/sdk/profilers/resources'
import scavenges from '@pitwall/sdk/profilers/scavenges'

/** What the worker prints of a rest with a collection a second. */
export interface RestReport {
  readonly cpuMs: number
  readonly ms: number
}

/** What the worker prints of its work. */
export interface WorkReport {
  readonly scavenges: number
  readonly semiSpace: number
  readonly newSpace: number
  readonly cpuMs: number
  readonly pauseMs: number
}

const profilers = [container, gc, heapProfiler, loopDelay, processProfiler, resources, scavenges]
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Sum of a metric's points that have this attribute value; of a histogram, its count or sum. */
async function exported(name: string, value: string | undefined, part: 'count' | 'sum' = 'count'): Promise<number> {
  const { resourceMetrics } = await metricProducer.collect()
  const metric = resourceMetrics.scopeMetrics[0]?.metrics.find(({ descriptor }) => descriptor.name === name)
  const points = metric?.dataPoints.filter(({ attributes }) => value === undefined || Object.values(attributes).includes(value)) ?? []
  return points.reduce((sum, { value: point }) => sum + (typeof point === 'number' ? point : (point[part] ?? 0)), 0)
}

/** A process that does nothing but export once a second, with the profilers or without. */
async function rest(watched: boolean, seconds: number): Promise<RestReport> {
  if (watched) for (const profiler of profilers) profiler.start()
  const collect = async () => void (await metricProducer.collect())
  for (let second = 0; second < 3; second++) {
    await collect()
    await delay(1_000)
  }
  const before = cpuMs()
  const start = performance.now()
  for (let second = 0; second < seconds; second++) {
    await collect()
    await delay(1_000)
  }
  return { cpuMs: cpuMs() - before, ms: performance.now() - start }
}

const MESSAGES_A_TURN = 200
const REMEMBERED = 3_000

/** A fixed number of messages is written, parsed and remembered for a while, as an agent does; the new space has grown before. */
async function work(turns: number): Promise<WorkReport> {
  gc.start()
  heapProfiler.start()
  const remembered: unknown[] = []
  const run = async (count: number) => {
    for (let turn = 0; turn < count; turn++) {
      for (let index = 0; index < MESSAGES_A_TURN; index++) {
        const parts = Array.from({ length: 8 }, (_, part) => ({ text: 'x'.repeat(40) + part, numbers: [part, index, turn] }))
        remembered[(turn * MESSAGES_A_TURN + index) % REMEMBERED] = JSON.parse(JSON.stringify({ role: 'user', turn, parts }))
      }
      await nextTurn()
    }
    await delay(1_100)
  }
  const minor = () => exported(runtime.gcDuration.name, 'minor')
  const pauses = () => exported(runtime.gcDuration.name, 'minor', 'sum')
  await run(200)
  const before = { scavenges: await minor(), pauses: await pauses(), cpuMs: cpuMs() }
  await run(turns)
  return {
    scavenges: (await minor()) - before.scavenges,
    pauseMs: ((await pauses()) - before.pauses) * 1_000,
    cpuMs: cpuMs() - before.cpuMs,
    semiSpace: await exported(heap.semiSpaceLimit.name, undefined),
    newSpace: await exported(heap.spaceSize.name, 'new_space'),
  }
}

const [task, figure] = process.argv.slice(2)
const report = task === 'work' ? work(Number(figure)) : rest(task === 'watched', Number(figure))
void report.then((found) => console.log(JSON.stringify(found)))
