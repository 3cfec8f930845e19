import { diag } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { registerOptions, settingsFrom } from '../../sdk/src/options.ts'

let warn: MockInstance<typeof diag.warn>
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) vi.stubEnv(name, undefined)
  warn = vi.spyOn(diag, 'warn')
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('the options of register', () => {
  it('send metrics to the Collector and no spans, where nothing is set', () => {
    expect(settingsFrom({})).toMatchObject({ metricExporters: new Set(['otlp']), spanExporters: [], shutdownTimeoutMs: 2_000 })
    expect(warn).not.toHaveBeenCalled()
  })

  it('win over the environment, and that over the defaults', () => {
    vi.stubEnv('OTEL_METRICS_EXPORTER', 'prometheus,otlp')
    expect(settingsFrom({}).metricExporters).toEqual(new Set(['prometheus', 'otlp']))
    expect(settingsFrom({ exporter: 'console' }).metricExporters).toEqual(new Set(['console']))
    expect(settingsFrom({ exporter: ['otlp', 'console'] }).metricExporters).toEqual(new Set(['otlp', 'console']))
  })

  it('send nothing with none, whatever stands beside it', () => {
    vi.stubEnv('OTEL_METRICS_EXPORTER', 'otlp,none')
    expect(settingsFrom({}).metricExporters.size).toBe(0)
  })

  it.each<[variables: Record<string, string>, traces: boolean | undefined, expected: string[]]>([
    [{}, true, ['otlp']],
    [{ OTEL_TRACES_EXPORTER: 'otlp,console' }, undefined, ['otlp', 'console']],
    [{ OTEL_TRACES_EXPORTER: 'none' }, true, []],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, false, []],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:4318/v1/traces' }, undefined, ['otlp']],
  ])('with %o and traces %s, spans go to %o', (variables, traces, expected) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    expect(settingsFrom(traces === undefined ? {} : { traces }).spanExporters).toEqual(expected)
  })

  it('are said to be wrong in one sentence each, and left out', () => {
    const wrong = { shutdownTimeoutMs: -1, prometheusPort: 99_999, serviceName: '', colour: 'red' }
    expect(settingsFrom(wrong)).toMatchObject({ shutdownTimeoutMs: 2_000, prometheusPort: undefined, serviceName: undefined })
    expect(warn.mock.calls.map(([sentence]) => sentence)).toEqual([
      'register: shutdownTimeoutMs must be a number of milliseconds from 0 to 60000, got -1. The default is used.',
      'register: prometheusPort must be a port from 0 to 65535, where 0 takes a free one, got 99999. The default is used.',
      "register: serviceName must be a text of 1 to 255 characters, got ''. The default is used.",
      expect.stringContaining("register has no option 'colour'"),
    ])
  })

  it('warn of an exporter that the environment misspells, and use the others', () => {
    vi.stubEnv('OTEL_METRICS_EXPORTER', 'prometeus,otlp')
    expect(settingsFrom({}).metricExporters).toEqual(new Set(['otlp']))
    expect(warn).toHaveBeenCalledExactlyOnceWith("OTEL_METRICS_EXPORTER must be otlp, prometheus, console, none, got 'prometeus'.")
  })

  it('bound what the SDK may take to 1 % of a core and 25 MiB, unless option or environment says otherwise', () => {
    expect(settingsFrom({}).budget).toEqual({ share: 0.01, bytes: 26_214_400 })
    vi.stubEnv('PITWALL_MAX_OVERHEAD', '0.005')
    vi.stubEnv('PITWALL_MAX_OVERHEAD_BYTES', '1')
    expect(settingsFrom({}).budget).toEqual({ share: 0.005, bytes: 26_214_400 })
    expect(settingsFrom({ maxOverhead: 0.02, maxOverheadBytes: 2 ** 24 }).budget).toEqual({ share: 0.02, bytes: 2 ** 24 })
    const sentence = 'PITWALL_MAX_OVERHEAD_BYTES must be a number of bytes from 1048576 (1 MiB) up, got 1. The default is used.'
    expect(warn).toHaveBeenCalledExactlyOnceWith(sentence)
  })

  it('are each described: default, range and meaning', () => {
    for (const { default: byDefault, allowed, meaning } of Object.values(registerOptions))
      expect([byDefault, allowed, meaning].every((text) => text.length > 0)).toBe(true)
  })
})
