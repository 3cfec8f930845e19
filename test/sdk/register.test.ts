import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runs, runtime } from '../../sdk/src/contract/index.ts'
import { type AgentEnd, runAgent, runPreloaded, startAgent } from '../support/agent-process.ts'
import { deadEndpoint, type Receiver, startReceiver } from '../support/otlp-receiver.ts'

const counting = `metrics.getMeter('agent').createCounter('agent.calls').add(1)`
const setUp = `import { metrics, trace } from '@opentelemetry/api'; import { register } from '@pitwall/sdk';`

let collector: Receiver
let env: Record<string, string>
beforeAll(async () => {
  collector = await startReceiver()
  env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }
})
afterAll(() => collector[Symbol.asyncDispose]())

const lines = (end: AgentEnd) => end.stderr.split('\n').filter((line) => line !== '')

describe('register', () => {
  it('names the process by the environment, and by the option where both are given', async () => {
    const named = { ...env, OTEL_SERVICE_NAME: 'by-environment', OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=fleet,service.version=7' }
    expect(await runAgent(`${setUp} register(); ${counting}`, named)).toMatchObject({ code: 0, stderr: '' })
    expect(await runAgent(`${setUp} register({ serviceName: 'by-option' }); ${counting}`, named)).toMatchObject({ code: 0, stderr: '' })
    const sent = ['by-environment', 'by-option', 'fleet', 'service.instance.id', 'process.pid', 'telemetry.distro.name']
    expect(sent.filter((text) => !collector.received('/v1/metrics', text))).toEqual([])
    // The command line may hold secrets.
    expect(collector.received('/v1/metrics', 'process.command_args')).toBe(false)
  })

  it('does its work once, however often it is called', async () => {
    const source = `${setUp} const registered = metrics.getMeterProvider(); const first = register(); console.log(register() === first, metrics.getMeterProvider() === registered)`
    expect(await runPreloaded(source, env)).toMatchObject({ code: 0, stdout: 'true true\n', stderr: '' })
  })

  it('says that options came too late', async () => {
    const end = await runPreloaded(`${setUp} register({ serviceName: 'late' })`, env)
    expect(end.code).toBe(0)
    expect(lines(end)).toEqual([expect.stringContaining('its first options stay in force')])
  })

  it('can be called again after a shutdown', async () => {
    const source = `${setUp} await register({ serviceName: 'first-life' }).shutdown()
      const second = register({ serviceName: 'second-life' }); ${counting}; await second.shutdown(); await second.shutdown()`
    expect(await runAgent(source, env)).toMatchObject({ code: 0, stderr: '' })
    expect(collector.received('/v1/metrics', 'second-life')).toBe(true)
  })

  it('starts no second provider where OpenTelemetry is set up already, and says what to do in one sentence', async () => {
    const source = `
      import { MeterProvider } from '@opentelemetry/sdk-metrics'
      ${setUp}
      const mine = new MeterProvider()
      metrics.setGlobalMeterProvider(mine)
      const registration = register()
      console.log(metrics.getMeterProvider() === mine, typeof registration.metricProducer.collect)
      await registration.shutdown()
      console.log(metrics.getMeterProvider() === mine)`
    const end = await runAgent(source, env)
    expect(end).toMatchObject({ code: 0, stdout: 'true function\ntrue\n' })
    expect(lines(end)).toEqual([expect.stringContaining('pass `metricProducer`')])
  })

  it('does nothing where OTEL_SDK_DISABLED is true', async () => {
    const source = `${setUp} const registration = register(); await registration.forceFlush(); await registration.shutdown()
      console.log(metrics.getMeterProvider().constructor.name, process.listenerCount('SIGTERM'))`
    const end = await runPreloaded(source, { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: await deadEndpoint() })
    expect(end).toMatchObject({ code: 0, stdout: 'NoopMeterProvider 0\n', stderr: '' })
  })

  it('sends spans only where they are asked for', async () => {
    const spans = (name: string) =>
      `${setUp} register(); ${counting}; trace.getTracer('agent').startActiveSpan('${name}', (span) => span.end())`
    expect(await runAgent(spans('unasked'), env)).toMatchObject({ code: 0, stderr: '' })
    expect(collector.received('/v1/metrics', runs.duration.name), 'runs are known by their spans').toBe(false)
    expect(await runAgent(spans('asked'), { ...env, OTEL_TRACES_EXPORTER: 'otlp' })).toMatchObject({ code: 0, stderr: '' })
    expect(collector.received('/v1/metrics', runs.duration.name)).toBe(true)
    expect(await runAgent(spans('unsampled'), { ...env, OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER: 'always_off' })).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(['unasked', 'asked', 'unsampled'].filter((name) => collector.received('/v1/traces', name))).toEqual(['asked'])
  })

  it('counts calls of models by their spans, also where no trace is sent', async () => {
    const attributes = `{ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'model-of-no-trace' }`
    const source = `${setUp} register(); trace.getTracer('agent').startSpan('chat', { attributes: ${attributes} }).end()`
    expect(await runAgent(source, { ...env, OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER: 'always_off' })).toMatchObject({
      code: 0,
      stderr: '',
    })
    const received = (path: string) => collector.received(path, 'model-of-no-trace')
    expect([received('/v1/metrics'), received('/v1/traces')]).toEqual([true, false])
  })

  it('says in one sentence which option is wrong, and goes on with the default', async () => {
    const end = await runAgent(`${setUp} register({ exporter: 'prometeus', exportIntervalMs: 0 }); ${counting}`, {
      ...env,
      OTEL_SERVICE_NAME: 'in-spite-of-a-typo',
    })
    expect(end.code).toBe(0)
    expect(lines(end)).toEqual([
      "pitwall: register: exporter must be 'otlp', 'prometheus', 'console', 'none', or a list of them, got 'prometeus'. The default is used.",
      'pitwall: register: exportIntervalMs must be a number of milliseconds from 100 to 3600000, got 0. The default is used.',
    ])
    expect(collector.received('/v1/metrics', 'in-spite-of-a-typo')).toBe(true)
  })

  it('sends nothing with the exporter none', async () => {
    const end = await runPreloaded(
      `import { metrics } from '@opentelemetry/api'; console.log(metrics.getMeterProvider().constructor.name)`,
      {
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_EXPORTER_OTLP_ENDPOINT: await deadEndpoint(),
      },
    )
    expect(end).toMatchObject({ code: 0, stdout: 'NoopMeterProvider\n', stderr: '' })
  })

  it('is scraped on a free port and sends to the Collector at once, and an idle scraper does not hold the process', async () => {
    const source = `${setUp}
      const { prometheusEndpoint, forceFlush } = register({ exporter: ['otlp', 'prometheus'], prometheusPort: 0, serviceName: 'both-ways' })
      ${counting}
      const page = await (await fetch(await prometheusEndpoint)).text()
      console.log(page.split('\\n').find((line) => line.startsWith('agent_calls_total')))
      console.log('work is done')`
    const end = await runAgent(source, env)
    expect(end).toMatchObject({ code: 0, stderr: '' })
    expect(end.stdout).toMatch(/^agent_calls_total\{.*service_name="both-ways".*\} 1$/m)
    expect(end.endingMs).toBeLessThan(1_500)
    expect(collector.received('/v1/metrics', 'both-ways')).toBe(true)
  })

  it('goes on without a page where the port is taken, and says so in one sentence', async () => {
    const end = await runPreloaded(`console.log('agent ran')`, {
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_PORT: new URL(collector.endpoint).port,
    })
    expect(end).toMatchObject({ code: 0, stdout: 'agent ran\n' })
    expect(lines(end)).toEqual([
      expect.stringMatching(/cannot be scraped at 127\.0\.0\.1:\d+ \(.*EADDRINUSE.*\)\. Set OTEL_EXPORTER_PROMETHEUS_HOST/),
    ])
  })

  it('finds the profilers of the SDK by itself, and sends what they measure', async () => {
    const end = await runPreloaded('await new Promise((resolve) => setTimeout(resolve, 300))', env)
    expect(end).toMatchObject({ code: 0, stderr: '' })
    expect(collector.received('/v1/metrics', runtime.gcTime.name)).toBe(true)
  })

  it('warns into the void where nobody reads stderr any more, and the agent runs on', async () => {
    const source = `
      import { register } from '@pitwall/sdk'
      await new Promise((resolve) => process.stdin.once('data', resolve))
      register({ exporter: 'none' })
      register({})
      await new Promise((resolve) => setTimeout(resolve, 50))
      console.log('agent ran')
      process.exit()`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], { cwd: resolve(import.meta.dirname, '../..') })
    let stdout = ''
    child.stdout.on('data', (data) => (stdout += String(data)))
    child.stderr.destroy()
    await once(child.stderr, 'close')
    child.stdin.write('go')
    expect(await once(child, 'close')).toEqual([0, null])
    expect(stdout).toBe('agent ran\n')
  })

  it('starts the profilers that it is given, and one that fails costs a sentence', async () => {
    const source = `${setUp}
      const fine = { start: () => { console.log('started'); return () => console.log('stopped') } }
      const broken = { start: () => { throw new Error('no inspector') } }
      await register({ profilers: [broken, fine] }).shutdown()`
    const end = await runAgent(source, env)
    expect(end).toMatchObject({ code: 0, stdout: 'started\nstopped\n' })
    expect(lines(end)).toEqual(['pitwall: profiler number 1 could not be started (no inspector); the agent runs on without it.'])
  })

  it('starts only the profilers whose names it is given, and says which there are when one is not there', async () => {
    const source = 'await new Promise((resolve) => setTimeout(resolve, 300))'
    const end = await runPreloaded(source, { ...env, PITWALL_PROFILERS: 'event-loop, cpus' })
    expect(lines(end)).toEqual([expect.stringMatching(/^pitwall: there is no profiler 'cpus'; there are .*event-loop, gc.*\.$/)])
    expect(await runPreloaded(source, { ...env, PITWALL_PROFILERS: 'none' })).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('node --import with the path of the package', () => {
  const preload = resolve(import.meta.dirname, '../../sdk/dist/preload.js')
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitwall-agent-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it.each([
    ['agent.cjs', `const { basename } = require('node:path'); console.log(basename(__filename))`],
    ['agent.mjs', `import { basename } from 'node:path'; console.log(basename(import.meta.filename))`],
  ])('measures %s, which knows nothing of it', async (file, source) => {
    await writeFile(join(folder, file), source)
    const end = await startAgent(['--import', preload, join(folder, file)], { ...env, OTEL_SERVICE_NAME: `service-of-${file}` }).end
    expect(end).toMatchObject({ code: 0, stdout: `${file}\n`, stderr: '' })
  })
})
