import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { runPreloaded, startAgent, startPreloaded } from '../../support/agent-process.ts'
import { useCompiler } from '../../support/compiled.ts'
import { eventually } from '../../support/eventually.ts'
import { startReceiver } from '../../support/otlp-receiver.ts'
import { firstFunction, readPprof } from '../../support/pprof.ts'

/** An agent in TypeScript whose lines move when it is compiled; prints what its counters say of it. */
const AGENT = `
import { metricProducer, profiled } from '@pitwall/sdk'
import cpuProfile from '@pitwall/sdk/profilers/cpu-profile'

interface Document {
  readonly words: number
}

const rank = profiled(
  async function score(document: Document): Promise<number> {
    let sum = 0
    await undefined
    for (let word = 0; word < document.words; word++) sum += Math.sqrt(word) // HOT
    return sum
  },
  { name: 'rank' },
)

async function counters(): Promise<unknown[]> {
  const { resourceMetrics } = await metricProducer.collect()
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ descriptor, dataPoints }) => dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value }))),
  )
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function main(): Promise<void> {
  const stop = cpuProfile.start()
  await wait(20)
  const end = performance.now() + 1_500
  while (performance.now() < end) {
    await rank({ words: 3_000_000 })
    await wait(1)
  }
  await counters()
  await wait(700)
  console.log(JSON.stringify(await counters()))
  stop()
}
void main()
`

interface Counter {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number>>
  readonly value: number
}

const largest = (counters: readonly Counter[], name: string) =>
  counters.filter((counter) => counter.name === name).toSorted((one, other) => other.value - one.value)[0]

/** After an `await` V8 cannot make the function a part of its caller, to whom all its time would go then. */
const busy = `
  async function rank(words) { await undefined; let sum = 0; for (let word = 0; word < words; word++) sum += Math.sqrt(word); return sum }
  const work = setInterval(() => rank(5_000_000), 1)
`

describe('the continuous CPU profile', () => {
  const compiler = useCompiler()
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitwall-profiles-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it.each([
    ['in a file', []],
    ['inside the script', ['--sourceMap', 'false', '--inlineSourceMap']],
  ])('names the profiled function and the line of its TypeScript, with a source map %s', async (_, options) => {
    const source = join(compiler().path, 'agent.ts')
    await writeFile(source, AGENT)
    const program = await compiler().compile(source, ...options)
    const counters: Counter[] = JSON.parse(await compiler().run(program))
    const line = AGENT.split('\n').findIndex((text) => text.includes('// HOT')) + 1
    expect(largest(counters, 'pitwall.profile.cpu.time')?.attributes).toEqual({
      'code.function.name': 'rank',
      'code.file.path': 'agent.ts',
    })
    expect(largest(counters, 'pitwall.profile.line.cpu.time')?.attributes).toEqual({
      'code.file.path': 'agent.ts',
      'code.line.number': line,
    })
    expect(JSON.stringify(counters)).not.toContain(compiler().path)
    const cost = counters.find(({ attributes }) => attributes['pitwall.sdk.layer'] === 'cpu-profile')
    expect(cost?.value).toBeGreaterThan(0)
  })

  it('tells the Collector of a process that lived for two seconds, where it is asked for', async () => {
    await using collector = await startReceiver()
    const end = await runPreloaded(`${busy} setTimeout(() => clearInterval(work), 2_000)`, {
      PITWALL_CPU_PROFILE: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    })
    expect(end).toMatchObject({ code: 0, stderr: '' })
    expect(['pitwall.profile.cpu.time', 'rank'].filter((text) => !collector.received('/v1/metrics', text))).toEqual([])
  })

  it('does not run where nobody asks for it, because samples take idle time from the utilization that the agent reads', async () => {
    const { stdout } = await runPreloaded(
      `const before = performance.eventLoopUtilization()
       setTimeout(() => console.log(performance.eventLoopUtilization(before).utilization < 0.2), 1_000)`,
      { OTEL_METRICS_EXPORTER: 'none' },
    )
    expect(stdout).toBe('true\n')
  })

  it('keeps its windows in a folder that processes share, and the last one of a process that ends', async () => {
    const env = { PITWALL_PROFILE_DIRECTORY: folder, OTEL_METRICS_EXPORTER: 'none' }
    const ends = await Promise.all([1, 2].map(() => runPreloaded(`${busy} setTimeout(() => process.exit(3), 1_800)`, env)))
    expect(ends).toMatchObject([1, 2].map(() => ({ code: 3, stderr: '' })))
    const names = await readdir(folder)
    expect(names.filter((name) => !/^cpu-[\dT.-]+Z-\d+-[\da-f]{8}\.pb\.gz$/.test(name))).toEqual([])
    expect(names.length).toBeGreaterThanOrEqual(4)
    const seconds = new Map<string, number>()
    for (const name of names) {
      const samples = readPprof(await readFile(join(folder, name)))
      seconds.set(name, samples.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0) / 1e9)
    }
    expect(Math.max(...seconds.values())).toBeLessThan(3)
    // A last window may be so short that a few samples of how a process ends are the most of it.
    const long = names.filter((name) => (seconds.get(name) ?? 0) > 0.3)
    expect(long.length).toBeGreaterThanOrEqual(2)
    for (const name of long) expect(firstFunction(join(folder, name))).toBe('rank')
  })

  it('leaves only whole files when its process is killed', async () => {
    const own = await mkdtemp(join(folder, 'killed-'))
    const agent = startPreloaded(busy, { PITWALL_PROFILE_DIRECTORY: own, OTEL_METRICS_EXPORTER: 'none' })
    onTestFinished(() => void agent.child.kill('SIGKILL'))
    await eventually('the first profile', async () => (await readdir(own)).length > 0)
    agent.signal('SIGKILL')
    await agent.end
    for (const name of (await readdir(own)).filter((file) => !file.startsWith('.'))) expect(firstFunction(join(own, name))).toBe('rank')
  })

  it('warns once where the folder cannot be written, and the agent goes on', async () => {
    await writeFile(join(folder, 'a-file'), '')
    const { code, stdout, stderr } = await runPreloaded(
      `${busy} setTimeout(() => { clearInterval(work); console.log('work is done') }, 1_500)`,
      { PITWALL_PROFILE_DIRECTORY: join(folder, 'a-file'), OTEL_METRICS_EXPORTER: 'none' },
    )
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'work is done\n' })
    expect(stderr).toMatch(/^pitwall: CPU profiles cannot be written to \S+a-file \(.*\); the agent runs on unaffected\.\n$/)
  })

  it('goes on when the agent ends recordings of its own by console.profileEnd()', async () => {
    const agent = startAgent(
      [
        '--input-type=module',
        '--eval',
        `import { metricProducer } from '@pitwall/sdk'
         import cpuProfile from '@pitwall/sdk/profilers/cpu-profile'
         const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
         ${busy}
         cpuProfile.start()
         await wait(1_200)
         console.profileEnd(); console.profileEnd()
         await wait(1_200); await metricProducer.collect(); await wait(1_200)
         const { resourceMetrics } = await metricProducer.collect()
         const points = resourceMetrics.scopeMetrics[0].metrics.find(({ descriptor }) => descriptor.name === 'pitwall.profile.cpu.time').dataPoints
         console.log(points.find(({ attributes }) => attributes['code.function.name'] === 'rank').value > 1)
         process.exit()`,
      ],
      {},
    )
    onTestFinished(() => void agent.child.kill('SIGKILL'))
    expect(await agent.end).toMatchObject({ code: 0, stdout: 'true\n', stderr: '' })
  })
})
