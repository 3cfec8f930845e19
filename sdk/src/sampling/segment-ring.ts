/** For whom the time was: the function, and the span of the call or around it, in hexadecimal, where one was recorded. */
export interface SegmentLabels {
  readonly function: string
  readonly traceId?: string
  readonly spanId?: string
}

/** A stretch of the main thread's time, and the function that it was for. */
export interface Segment {
  /** Microseconds on the clock of `process.hrtime`, which is also the one of V8's CPU profile. */
  readonly startUs: number
  readonly endUs: number
  readonly labels: SegmentLabels
}

/** Segments that are kept: some seconds of windows, 192 KiB. */
const KEPT = 8_192

/** The latest segments of time that are known to belong to a function: what is timed otherwise is joined to functions by them. */
export class SegmentRing {
  /** Bytes that it takes, labels not counted: functions share them. */
  static readonly BYTES = KEPT * 24
  readonly #starts = new Float64Array(KEPT)
  readonly #ends = new Float64Array(KEPT)
  readonly #labels: SegmentLabels[] = []
  #added = 0

  /** A segment, in milliseconds on the clock of `performance.now`. They come in the order of their times. */
  add(start: number, end: number, labels: SegmentLabels): void {
    const place = this.#added++ % KEPT
    this.#starts[place] = start
    this.#ends[place] = end
    this.#labels[place] = labels
  }

  /**
   * The segments that touch a stretch of time, in order, as far as they are still kept.
   * @param hrtimeOffsetUs what the clock of `process.hrtime` is ahead of `performance.now`, in microseconds
   */
  between(startUs: number, endUs: number, hrtimeOffsetUs: number = hrtimeAhead()): Segment[] {
    const found: Segment[] = []
    for (let index = Math.max(0, this.#added - KEPT); index < this.#added; index++) {
      const place = index % KEPT
      const segment = {
        startUs: (this.#starts[place] ?? 0) * 1_000 + hrtimeOffsetUs,
        endUs: (this.#ends[place] ?? 0) * 1_000 + hrtimeOffsetUs,
        labels: this.#labels[place] ?? { function: '' },
      }
      if (segment.endUs >= startUs && segment.startUs <= endUs) found.push(segment)
    }
    return found
  }
}

function hrtimeAhead(): number {
  return Number(process.hrtime.bigint()) / 1_000 - performance.now() * 1_000
}

/** The segments of this thread that are kept: within the windows that the profiler `cpu-wait` opens, so never all there were. */
export const followedSegments = new SegmentRing()

/** Those of them that touch a stretch of time, both ends in microseconds on the clock of `process.hrtime`. */
export function segmentsBetween(startUs: number, endUs: number): readonly Segment[] {
  return followedSegments.between(startUs, endUs)
}
