import { diag } from '@opentelemetry/api'
import { globalErrorHandler } from '@opentelemetry/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { reason, setUpDiagnostics } from '../../../sdk/src/telemetry/diagnostics.ts'

let printed: string[]
beforeEach(() => {
  vi.stubEnv('OTEL_LOG_LEVEL', undefined)
  printed = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
})
afterEach(() => {
  diag.disable()
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('what the SDK prints', () => {
  it('are warnings and errors of OpenTelemetry, each once and on one line', () => {
    setUpDiagnostics()
    diag.warn('a port is taken')
    diag.warn('a port is taken')
    diag.error('stack\n    at somewhere')
    diag.createComponentLogger({ namespace: 'instrumentation-x' }).warn('cannot patch', new Error('too old'), { some: 'object' })
    globalErrorHandler(new Error('collection failed'))
    diag.info('not worth a line')
    expect(printed).toEqual([
      'pitwall: a port is taken\n',
      'pitwall: stack\n',
      'pitwall: instrumentation-x cannot patch too old\n',
      'pitwall: collection failed\n',
    ])
  })

  it('ends after twenty lines', () => {
    setUpDiagnostics()
    for (let index = 0; index < 100; index++) diag.warn(`warning ${index}`)
    expect(printed).toHaveLength(20)
  })

  it('is nothing where the agent has a logger of its own', () => {
    const warn = vi.fn<(message: string) => void>()
    const silent = () => {}
    diag.setLogger({ warn, error: silent, info: silent, debug: silent, verbose: silent })
    setUpDiagnostics()
    diag.warn('for the agent')
    expect(warn).toHaveBeenCalledExactlyOnceWith('for the agent')
    expect(printed).toEqual([])
  })

  it('names errors that have no words by their code', () => {
    expect(reason(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED')
    expect(reason('text')).toBe('text')
  })
})
