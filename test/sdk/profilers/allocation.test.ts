import { Session } from 'node:inspector'
import { afterEach, describe, expect, it } from 'vitest'
import { memory } from '../../../sdk/src/contract/index.ts'
import type { FunctionBytes } from '../../../sdk/src/memory/allocation-profile.ts'
import { leakSites } from '../../../sdk/src/memory/leak-sites.ts'
import { allocationProfiler } from '../../../sdk/src/profilers/allocation.ts'
import { overhead } from '../../../sdk/src/sampling/overhead.ts'
import { startAgent } from '../../support/agent-process.ts'
import { collected, total } from '../../support/collected.ts'
import { useCompiler } from '../../support/compiled.ts'
import { eventually } from '../../support/eventually.ts'

const kept: object[] = []
function keepObjects(): void {
  for (let index = 0; index < 20_000; index++) kept.push({ index, fields: [index, index, index] })
}
function dropObjects(): number {
  return Array.from({ length: 50_000 }, (_, index) => ({ index, text: `text ${index}` })).length
}

describe('the profiler of allocations', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('names the function that allocates, and only one whose objects stay as one that retains', async () => {
    stop = allocationProfiler({ allocatedMs: 100, retainedMs: 100, maxHeapBytes: 2 ** 30 }).start()
    await eventually('both windows to be read', () => {
      dropObjects()
      if (kept.length < 400_000) keepObjects()
      return total(memory.retained, { 'code.function.name': 'keepObjects' }) !== undefined
    })
    expect(total(memory.allocation, { 'code.function.name': 'keepObjects' })).toBeGreaterThan(0)
    const retained = total(memory.retained, {}) ?? 0
    expect(total(memory.retained, { 'code.function.name': 'dropObjects' }) ?? 0).toBeLessThan(retained / 2)
    const [point] = collected(memory.allocation, { 'code.function.name': 'keepObjects' })
    expect(point?.attributes['code.file.path']).toMatch(/allocation\.test\.ts$/)
  })

  it('says what V8 holds for its samples, and nothing any more when it is stopped', async () => {
    const before = overhead.heldBytes
    stop = allocationProfiler({ allocatedMs: 50, retainedMs: 50, maxHeapBytes: 2 ** 30 }).start()
    await eventually('a window of its kind to be known', () => {
      dropObjects()
      return overhead.heldBytes > before
    })
    stop()
    expect(overhead.heldBytes).toBe(before)
  })

  it('exports nothing before a window is over', () => {
    stop = allocationProfiler().start()
    expect(collected(memory.allocation, {})).toEqual([])
  })

  it('reads nothing where the heap is larger than a pause may be long', async () => {
    stop = allocationProfiler({ allocatedMs: 10, retainedMs: 10, maxHeapBytes: 1 }).start()
    const before = overhead.ofLayer('allocation')
    dropObjects()
    await eventually('a window to end', () => overhead.ofLayer('allocation') > before)
    expect(collected(memory.allocation, {})).toEqual([])
  })

  it('reads a larger heap twice in an established leak, and counts what stays without a break', async () => {
    leakSites.expect(true, true)
    stop = allocationProfiler({ allocatedMs: 10, retainedMs: 50, maxHeapBytes: 1 }).start()
    await eventually('two readings of what stays', () => {
      keepObjects()
      return leakSites.growth().size > 0
    })
    expect(leakSites.takesPause()).toBe(false)
    expect(collected(memory.allocation, {})).toEqual([])
    leakSites.expect(false, false)
  })

  it('leaves the sampling of another tool alone, and exports nothing of it', async () => {
    const tool = new Session()
    tool.connect()
    tool.post('HeapProfiler.startSampling', { samplingInterval: 1_024 })
    stop = allocationProfiler({ allocatedMs: 10, retainedMs: 10 }).start()
    const before = overhead.ofLayer('allocation')
    await eventually('a window to end', () => overhead.ofLayer('allocation') > before)
    dropObjects()
    expect(collected(memory.allocation, {})).toEqual([])
    stop()
    let callers = 0
    tool.post('HeapProfiler.stopSampling', (_error, answer) => (callers = answer.profile.head.children.length))
    tool.disconnect()
    expect(callers).toBeGreaterThan(0)
  })
})

/** An agent in TypeScript whose lines move when it is compiled, with one function that makes garbage and one that keeps what it makes. */
const AGENT = `
import { allocationProfile, metricProducer } from '@pitwall/sdk'
import { allocationProfiler } from '@pitwall/sdk/profilers/allocation'

interface Message {
  readonly turn: number
  readonly words: readonly number[]
}
const history: Message[] = []

async function parse(turn: number): Promise<number> { // ALLOCATES
  await undefined
  const messages: Message[] = []
  for (let word = 0; word < 20_000; word++) messages.push({ turn, words: [word, turn] })
  return messages.length
}

async function remember(turn: number): Promise<void> { // RETAINS
  await undefined
  for (let word = 0; word < 500; word++) history.push({ turn, words: [word, turn] })
}

async function work(isDone: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await isDone()); turn++) {
    await Promise.all([parse(turn), remember(turn)])
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

async function series(): Promise<{ name: string; attributes: object; value: unknown }[]> {
  const { resourceMetrics } = await metricProducer.collect()
  return resourceMetrics.scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .filter(({ descriptor }) => descriptor.name.startsWith('pitwall.profile.'))
    .flatMap(({ descriptor, dataPoints }) => dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value })))
}

async function main(): Promise<void> {
  if (process.env['MODE'] === 'by hand') {
    let isDone = false
    const [{ functions }] = await Promise.all([allocationProfile({ durationMs: 600 }).finally(() => (isDone = true)), work(() => isDone)])
    console.log(JSON.stringify(functions))
    return
  }
  allocationProfiler({ allocatedMs: 200, retainedMs: 200, maxHeapBytes: Number(process.env['MAX_HEAP_BYTES'] ?? 2 ** 30) }).start()
  const end = performance.now() + Number(process.env['PATIENCE_MS'] ?? 15_000)
  const isTold = async () => (await series()).some(({ name }) => name === 'pitwall.profile.retained')
  await work(async () => performance.now() > end || (await isTold()))
  console.log(JSON.stringify(await series()))
}
void main()
`

/** Line of the program with this mark, from 1. */
const lineOf = (mark: string) => AGENT.split('\n').findIndex((text) => text.includes(`// ${mark}`)) + 1

describe('the allocation profile of an agent that is preloaded with the SDK', () => {
  const compiler = useCompiler()
  const run = async (env: Readonly<Record<string, string>>) => {
    const program = await compiler().compileText('agent.ts', AGENT)
    // The profiler that is on by itself has windows of minutes.
    const given = { OTEL_METRICS_EXPORTER: 'none', PITWALL_PROFILERS: 'event-loop', ...env }
    return startAgent(['--import', '@pitwall/sdk/register', program], given).end
  }

  it('has the site that allocates and the site that retains, by file and line of TypeScript', async () => {
    const { code, stdout, stderr } = await run({})
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const series: { name: string; attributes: Record<string, unknown>; value: number }[] = JSON.parse(stdout)
    const first = (metric: string) =>
      series.filter(({ name }) => name === metric).toSorted((one, other) => other.value - one.value)[0]?.attributes
    const file: unknown = expect.stringMatching(/\/agent\.ts$/)
    expect(first(memory.allocation.name)).toEqual({
      'code.function.name': 'parse',
      'code.file.path': file,
      'code.line.number': lineOf('ALLOCATES'),
    })
    expect(first(memory.retained.name)).toEqual({
      'code.function.name': 'remember',
      'code.file.path': file,
      'code.line.number': lineOf('RETAINS'),
    })
  })

  it('has them when it is taken by hand as well', async () => {
    const { stdout } = await run({ MODE: 'by hand' })
    const functions: FunctionBytes[] = JSON.parse(stdout)
    expect(functions[0]).toMatchObject({ name: 'parse', line: lineOf('ALLOCATES') })
    const [retaining] = functions.toSorted((one, other) => other.retainedBytes - one.retainedBytes)
    expect(retaining).toMatchObject({ name: 'remember', line: lineOf('RETAINS') })
  })

  it.skipIf(!process.allowedNodeEnvironmentFlags.has('--allow-inspector'))(
    'has them where no thread is allowed, because its source map is small',
    async () => {
      const program = await compiler().compileText('agent.ts', AGENT)
      const permissions = ['--permission', '--allow-fs-read=*', '--allow-inspector']
      const { code, stdout } = await startAgent([...permissions, program], { MODE: 'by hand' }).end
      expect(code).toBe(0)
      const functions: FunctionBytes[] = JSON.parse(stdout)
      expect(functions[0]).toMatchObject({ name: 'parse', line: lineOf('ALLOCATES') })
    },
  )

  it('has nothing where the heap is above the limit', async () => {
    expect(await run({ MAX_HEAP_BYTES: '1', PATIENCE_MS: '1000' })).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' })
  })

  it('changes nothing of what the program prints, nor how it ends', async () => {
    const program = await compiler().compileText(
      'plain.ts',
      `const kept = Array.from({ length: 50_000 }, (_, index) => ({ index, text: 'text ' + index }))
       process.on('exit', (code) => console.log(kept.length, code))
       setTimeout(() => { throw new RangeError('the end') }, 300)`,
    )
    const env = { OTEL_METRICS_EXPORTER: 'none', PITWALL_PROFILERS: 'allocation' }
    const [plain, preloaded] = await Promise.all(
      [[], ['--import', '@pitwall/sdk/register']].map((options) => startAgent([...options, program], env).end),
    )
    expect({ ...preloaded, endingMs: 0 }).toEqual({ ...plain, endingMs: 0 })
    expect(plain).toMatchObject({ code: 1, stdout: '50000 1\n' })
  })
})
