import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { describe, expect, it, vi } from 'vitest'
import { BackgroundExporter } from '../../../sdk/src/telemetry/background-exporter.ts'

/** An exporter whose exports end when the test says so. */
function controlled(timeoutMs = 1_000) {
  const sent: PromiseWithResolvers<void>[] = []
  const failures: string[] = []
  const send = () => {
    const sending = Promise.withResolvers<void>()
    sent.push(sending)
    return sending.promise
  }
  const load = vi.fn<() => Promise<(items: string) => Promise<void>>>(() => Promise.resolve(send))
  const exporter = new BackgroundExporter<string>({ load, onFailure: (error) => failures.push(String(error)), timeoutMs })
  return { exporter, sent, failures, load }
}

describe('the exporter that nobody waits for', () => {
  it('is done when the items are handed over, and loads its parts once, when they are needed', async () => {
    const { exporter, sent, load } = controlled()
    expect(load).not.toHaveBeenCalled()
    const done = vi.fn<(result: ExportResult) => void>()
    exporter.export('first', done)
    exporter.export('second', done)
    expect(done.mock.calls).toEqual([[{ code: ExportResultCode.SUCCESS }], [{ code: ExportResultCode.SUCCESS }]])
    await vi.waitFor(() => expect(sent).toHaveLength(2))
    expect(load).toHaveBeenCalledOnce()
  })

  it('waits in a flush until all is sent', async () => {
    const { exporter, sent, failures } = controlled()
    exporter.export('items', () => {})
    let flushed = false
    const flush = exporter.forceFlush().then(() => (flushed = true))
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    expect(flushed).toBe(false)
    sent[0]?.resolve()
    await flush
    expect(failures).toEqual([])
  })

  it('gives up at the deadline, says so, and does not wait again until there was an answer', async () => {
    const { exporter, sent, failures } = controlled(20)
    exporter.export('items', () => {})
    await exporter.forceFlush()
    exporter.export('more', () => {})
    await exporter.shutdown()
    expect(failures).toEqual(['Error: no answer within 20 ms'])
    sent.at(-1)?.resolve()
    await vi.waitFor(async () => {
      await exporter.forceFlush()
      expect(failures).toHaveLength(2)
    })
  })

  it('has four exports under way at most, and reports the others as lost', async () => {
    const { exporter, sent, failures } = controlled(20)
    for (let index = 0; index < 6; index++) exporter.export('items', () => {})
    await vi.waitFor(() => expect(sent).toHaveLength(4))
    expect(failures).toEqual(Array.from({ length: 2 }, () => 'Error: no answer to the last 4 exports'))
    await exporter.shutdown()
  })

  it('reports what failed and rejects nothing', async () => {
    const { exporter, sent, failures } = controlled()
    exporter.export('items', () => {})
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    sent[0]?.reject(new Error('refused'))
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
