import type { StackSample } from './cpu-window.ts'

/** What ran, beyond the stack: an asynchronous function leaves the stack at its first `await`, and its label stays. */
export interface SampleLabels {
  /** Name of the profiled function. */
  readonly function?: string
  /** Trace and span that were active, in hexadecimal. */
  readonly traceId?: string
  readonly spanId?: string
}

/** A stretch of the main thread's time of which it is known for whom it worked. */
export interface LabelledSegment {
  /** Microseconds on the clock of `process.hrtime`. */
  readonly startUs: number
  readonly endUs: number
  readonly labels: SampleLabels
}

/** Tells the segments that touch a stretch of time, both ends in microseconds on the clock of `process.hrtime`. */
export type SegmentSource = (startUs: number, endUs: number) => readonly LabelledSegment[]

const sources = new Set<SegmentSource>()

/** Adds a source of segments, whose labels then reach the samples of written profiles; returns what takes it away again. */
export function addSegmentSource(source: SegmentSource): () => void {
  sources.add(source)
  return () => void sources.delete(source)
}

/**
 * The labels of each sample, by time: those of the segment that began last among those it lies in; undefined where there is
 * none. V8 and `process.hrtime` read one clock, so nothing has to be passed from call to call.
 */
export function labelsOf(samples: readonly StackSample[]): (SampleLabels | undefined)[] {
  const [first, last] = [samples[0]?.timeUs, samples.at(-1)?.timeUs]
  if (first === undefined || last === undefined || sources.size === 0) return samples.map(() => undefined)
  return joined(
    samples,
    [...sources].flatMap((source) => source(first, last)),
  )
}

function joined(samples: readonly StackSample[], segments: readonly LabelledSegment[]): (SampleLabels | undefined)[] {
  const waiting = segments.toSorted((one, other) => other.startUs - one.startUs)
  const open: LabelledSegment[] = []
  const labels: (SampleLabels | undefined)[] = samples.map(() => undefined)
  const inOrder = [...samples.entries()].toSorted(([, one], [, other]) => one.timeUs - other.timeUs)
  for (const [index, { timeUs }] of inOrder) {
    for (let next = waiting.at(-1); next !== undefined && next.startUs <= timeUs; next = waiting.at(-1)) {
      open.push(next)
      waiting.pop()
    }
    // One that ended is never needed again; one below it may still run.
    while ((open.at(-1)?.endUs ?? Infinity) < timeUs) open.pop()
    labels[index] = open.findLast(({ endUs }) => endUs >= timeUs)?.labels
  }
  return labels
}
