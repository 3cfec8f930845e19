import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { describe, expect, it, vi } from 'vitest'
import { BackgroundExporter, type Exporter } from '../../../sdk/src/telemetry/background-exporter.ts'

/** An exporter whose exports end when the test says so. */
function controlled(timeoutMs = 1_000) {
  const ends: ((result: ExportResult) => void)[] = []
  const failures: string[] = []
  const load = vi.fn<() => Promise<Exporter<string>>>(() =>
    Promise.resolve({ export: (_items: string, done: (result: ExportResult) => void) => void ends.push(done) }),
  )
  const exporter = new BackgroundExporter<string>({ load, onFailure: (error) => failures.push(String(error)), timeoutMs })
  return { exporter, ends, failures, load }
}

const success = { code: ExportResultCode.SUCCESS }

describe('the exporter that nobody waits for', () => {
  it('is done when the items are handed over, and loads its parts once, when they are needed', async () => {
    const { exporter, ends, load } = controlled()
    expect(load).not.toHaveBeenCalled()
    const done = vi.fn<(result: ExportResult) => void>()
    exporter.export('first', done)
    exporter.export('second', done)
    expect(done.mock.calls).toEqual([[success], [success]])
    await vi.waitFor(() => expect(ends).toHaveLength(2))
    expect(load).toHaveBeenCalledOnce()
  })

  it('waits in a flush until all is sent', async () => {
    const { exporter, ends, failures } = controlled()
    exporter.export('items', () => {})
    let flushed = false
    const flush = exporter.forceFlush().then(() => (flushed = true))
    await vi.waitFor(() => expect(ends).toHaveLength(1))
    expect(flushed).toBe(false)
    ends[0]?.(success)
    await flush
    expect(failures).toEqual([])
  })

  it('gives up at the deadline, says so, and does not wait again until there was an answer', async () => {
    const { exporter, ends, failures } = controlled(20)
    exporter.export('items', () => {})
    await exporter.forceFlush()
    exporter.export('more', () => {})
    await exporter.shutdown()
    expect(failures).toEqual(['Error: no answer within 20 ms'])
    ends.at(-1)?.(success)
    await vi.waitFor(async () => {
      await exporter.forceFlush()
      expect(failures).toHaveLength(2)
    })
  })

  it('has four exports under way at most, and reports the others as lost', async () => {
    const { exporter, ends, failures } = controlled(20)
    for (let index = 0; index < 6; index++) exporter.export('items', () => {})
    await vi.waitFor(() => expect(ends).toHaveLength(4))
    expect(failures).toEqual(Array.from({ length: 2 }, () => 'Error: no answer to the last 4 exports'))
    await exporter.shutdown()
  })

  it('reports what failed and rejects nothing', async () => {
    const { exporter, ends, failures } = controlled()
    exporter.export('items', () => {})
    await vi.waitFor(() => expect(ends).toHaveLength(1))
    ends[0]?.({ code: ExportResultCode.FAILED, error: new Error('refused') })
    await exporter.forceFlush()
    const unloadable = new BackgroundExporter<string>({
      load: () => Promise.reject(new Error('no such module')),
      onFailure: (error) => failures.push(String(error)),
      timeoutMs: 20,
    })
    unloadable.export('items', () => {})
    await unloadable.shutdown()
    expect(failures).toEqual(['Error: refused', 'Error: no such module'])
  })
})
