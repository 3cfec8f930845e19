import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { runtime } from '../../../sdk/src/contract/index.ts'
import { BlockedTime } from '../../../sdk/src/sampling/blocked-time.ts'
import type { Verdict } from '../../../sdk/src/watchdog/block-judge.ts'
import type { StackLook } from '../../../sdk/src/watchdog/loop-watch.ts'
import { recentBlocks } from '../../../sdk/src/watchdog/recent-blocks.ts'
import { reportBlock } from '../../../sdk/src/watchdog/report-block.ts'

const spans = new InMemorySpanExporter()
const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }).getTracer('agent')

function lookInto(functionName: string, span: StackLook['span'] = undefined): StackLook {
  const blamed = { functionName, scriptName: '/agent/tools.js', line: 12, column: 5, entered: false }
  return { atMs: 1_200, afterNative: false, frames: [blamed], blamed, span }
}

const verdict = (over: Partial<Verdict<StackLook>>): Verdict<StackLook> => ({
  startMs: 1_000,
  durationMs: 400,
  cause: 'code',
  look: lookInto('parse'),
  hostMs: 0,
  codeMs: 400,
  ...over,
})

/** Points of the blocked time, as `metric cause function: value`. */
function pointsOf(blockedTime: BlockedTime): readonly string[] {
  const points: string[] = []
  blockedTime.collect({
    number(metric, attributes, value) {
      points.push([metric.name.slice(runtime.blockedTime.name.lastIndexOf('.') + 1), ...Object.values(attributes), value].join(' '))
    },
    histogram() {},
  })
  return points
}

function reported(...verdicts: readonly Verdict<StackLook>[]): readonly string[] {
  const blockedTime = new BlockedTime()
  for (const each of verdicts) reportBlock(each, blockedTime)
  return pointsOf(blockedTime)
}

describe('the report of a block', () => {
  it('names the function in the metrics, once a block', () => {
    expect(reported(verdict({}), verdict({})).join()).toMatch(/code parse 0.8.*code parse 2/)
  })

  it('names nobody in the metrics for the host and for garbage collection', () => {
    const points = reported(verdict({ cause: 'host', hostMs: 400, codeMs: 0 }), verdict({ cause: 'gc', codeMs: 0 })).join()
    expect(points).not.toContain('parse')
    expect(points).toContain('host 0.4')
  })

  it('does not count again what profiled functions have reported, and shows it among the recent blocks', () => {
    expect(reported(verdict({ codeMs: 3 }))).toEqual([])
    expect(recentBlocks().at(-1)).toMatchObject({
      cause: 'code',
      durationMs: 400,
      frame: { functionName: 'parse', file: '/agent/tools.js', line: 12 },
    })
  })

  it('is an event of the span that was active, and nothing where that has ended', () => {
    const span = tracer.startSpan('request')
    reportBlock(verdict({ look: lookInto('parse', span) }), new BlockedTime())
    span.end()
    expect(() => reportBlock(verdict({ look: lookInto('parse', span) }), new BlockedTime())).not.toThrow()
    const events = spans.getFinishedSpans()[0]?.events ?? []
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      name: 'pitwall.eventloop.blocked',
      attributes: {
        'pitwall.cause': 'code',
        'pitwall.eventloop.blocked.duration': 0.4,
        'code.function.name': 'parse',
        'code.file.path': '/agent/tools.js',
        'code.line.number': 12,
      },
    })
  })

  it('keeps the last blocks, and names of a bounded number of functions', () => {
    const many = Array.from({ length: 200 }, (_, index) => verdict({ look: lookInto(`function ${index}`) }))
    const points = reported(...many)
    expect(points.length).toBeLessThanOrEqual(2 * 51)
    expect(points.join()).toContain('other')
    expect(recentBlocks()).toHaveLength(32)
    expect(recentBlocks().at(-1)?.frame?.functionName).toBe('function 199')
  })
})
