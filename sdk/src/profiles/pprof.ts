import { Profile, Sample } from 'pprof-format'
import { type CpuWindow, isIdle, stackOf, type StackNode, type StackSample } from './cpu-window.ts'
import type { Places } from './places.ts'
import { PprofTables } from './pprof-tables.ts'
import { labelsOf, type SampleLabels } from './segments.ts'
import { lineShares } from './self-times.ts'

/** What a profile is made of. */
export interface PprofInput {
  readonly window: CpuWindow
  readonly places: Places
  /** When the window began, milliseconds since 1970. */
  readonly startedAt: number
}

/**
 * A window as pprof, not compressed. Samples and CPU nanoseconds of each stack; the labels `function`, `trace_id` and `span_id`
 * where they are known; for the running function the lines where it was seen, for its callers the line where they begin, because V8 tells no more.
 * As in Go's profiles, there are no samples of a thread that had nothing to do.
 */
export function pprof({ window, places, startedAt }: PprofInput): Uint8Array {
  const tables = new PprofTables()
  const nanoseconds = window.secondsPerSample * 1e9
  const samples = stacksOf(window.samples).flatMap(({ node, labels, count }) => {
    const [, ...callers] = stackOf(node)
    const callerIds = callers.map(({ frame }) => tables.location(places.function(frame), places.function(frame).line))
    return linesOf(node, places).map(({ line, share }) => {
      const value = [Math.round(count * share), Math.round(count * share * nanoseconds)]
      return new Sample({
        locationId: [tables.location(places.function(node.frame), line), ...callerIds],
        value,
        label: tables.labels(labels),
      })
    })
  })
  const cpu = tables.valueType('cpu', 'nanoseconds')
  return new Profile({
    sampleType: [tables.valueType('samples', 'count'), cpu],
    sample: samples,
    location: tables.locations,
    function: tables.functions,
    stringTable: tables.strings,
    timeNanos: BigInt(Math.round(startedAt * 1e6)),
    durationNanos: Math.round((window.endUs - window.startUs) * 1e3),
    periodType: cpu,
    period: Math.round(nanoseconds),
    defaultSampleType: tables.strings.dedup('cpu'),
  }).encode()
}

interface LabelledStack {
  readonly node: StackNode
  readonly labels: SampleLabels | undefined
  count: number
}

/** Samples of one stack and with the same labels are one. */
function stacksOf(samples: readonly StackSample[]): LabelledStack[] {
  const labels = labelsOf(samples)
  const stacks = new Map<StackNode, Map<string, LabelledStack>>()
  for (const [index, { node }] of samples.entries()) {
    if (isIdle(node)) continue
    const own = labels[index]
    const key = `${own?.function} ${own?.traceId} ${own?.spanId}`
    let ofNode = stacks.get(node)
    if (ofNode === undefined) stacks.set(node, (ofNode = new Map<string, LabelledStack>()))
    const stack = ofNode.get(key)
    if (stack === undefined) ofNode.set(key, { node, labels: own, count: 1 })
    else stack.count++
  }
  return [...stacks.values()].flatMap((ofNode) => [...ofNode.values()])
}

/** Lines where the running function was seen, in its source; of native code only that it ran. */
function linesOf(node: StackNode, places: Places): readonly { readonly line: number; readonly share: number }[] {
  const { file, line } = places.function(node.frame)
  const shares = lineShares(node).map((seen) => ({ place: places.line(node.frame, seen.line), share: seen.share }))
  // A line of another file is inlined by a bundler; pprof has one file a function.
  if (shares.length === 0 || shares.some(({ place }) => place.file !== file)) return [{ line, share: 1 }]
  return shares.map(({ place, share }) => ({ line: place.line, share }))
}
