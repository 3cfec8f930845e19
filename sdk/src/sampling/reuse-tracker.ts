import type { Clock } from '../clock.ts'
import { reuse } from '../contract/index.ts'
import type { MetricSink, MetricSource } from '../telemetry/source.ts'
import { HashIndex } from './hash-index.ts'
import { Leases } from './leases.ts'
import { LruStack } from './lru-stack.ts'
import { RankedList } from './ranked-list.ts'
import { NONE } from './recency-list.ts'

/** Keys whose exact order of use is kept: every request that hits among them has an exact stack position. */
const FRONT = 1_024
/** Keys behind the front that are kept, chosen by their hash. */
const TAIL = 1_023
const SLOTS = FRONT + TAIL + 1
const HASHES = 2 ** 32

/** Step by which the sampled share of keys falls when the tail is full: one walk over it makes room for about 32 keys. */
const SHRINK = 31 / 32

/**
 * Share of a backlog beyond its expected size that one sampled request takes on: small enough to smooth, large enough to
 * follow a change of the traffic within some dozen samples.
 */
const BACKLOG_GAIN = 1 / 16

/** What a tracker follows. */
export interface ReuseTrackerOptions {
  /** Name of the cache or function, already bounded by a NameRegistry. */
  readonly subject: string
  readonly kind: 'cache' | 'function'
  readonly clock: Clock
}

/**
 * Follows the keys of one cache or function within 2,048 of them (about 110 KiB), and exports what caches of every size
 * and time to live would have served: the miss-ratio curve as two histograms (contract `reuse`). Up to 2,047 distinct keys
 * it is exact. Beyond, an exact front (FRONT) sees every request, and requests that miss it are estimated from a
 * fixed-size hash sample of the keys behind it (SHARDS, FAST'15): a fifth of SHARDS' error at equal memory
 * (docs/decisions.md). Weights are whole numbers, so exported counts are, and the counts add up to the requests exactly.
 */
export class ReuseTracker implements MetricSource {
  readonly #options: ReuseTrackerOptions
  readonly #index = new HashIndex(SLOTS)
  readonly #front = new LruStack(SLOTS, frontEdges)
  readonly #tail = new RankedList(SLOTS, TAIL + 1)
  readonly #inFront = new Uint8Array(SLOTS)
  readonly #free = Int16Array.from({ length: SLOTS }, (_, slot) => slot)
  #freeCount = SLOTS
  readonly #leases = new Leases(SLOTS, reuse.age.buckets)
  /** Requests by bucket of stack position; without the last bucket, which is the rest. */
  readonly #served = new Float64Array(reuse.distance.buckets.length)
  #positions = 0
  /** Keys behind the front are followed when their hash is below this. */
  #sampledBelow = HASHES
  #recorded = 0
  #skipped = 0
  /** Requests that missed the front and that no sampled one stands for yet. */
  #backlog = 0
  #same = 0
  #different = 0

  constructor(options: ReuseTrackerOptions) {
    this.#options = options
  }

  /** Whether requests for the key with this hash (uint32) are to be recorded; the others are skipped. */
  wants(_hash: number): boolean {
    return true
  }

  /** One request for the key with this hash (uint32). */
  record(hash: number): void {
    const now = this.#options.clock.now()
    this.#recorded++
    const slot = this.#index.find(hash)
    if (slot === NONE) this.#recordUnknown(hash, now)
    else if (this.#inFront[slot] === 1) this.#recordFront(slot, now)
    else this.#recordTail(slot, now)
  }

  /** One request for a key that is not wanted. */
  skip(): void {
    this.#skipped++
  }

  /** A repeated call's result was compared with the earlier one. */
  check(same: boolean): void {
    if (same) this.#same++
    else this.#different++
  }

  collect(sink: MetricSink): void {
    const attributes = { 'pitwall.subject': this.#options.subject, 'pitwall.subject.kind': this.#options.kind }
    const count = this.#recorded + this.#skipped
    if (count === 0) return
    sink.histogram(reuse.distance, attributes, { counts: withRest(this.#served, count), sum: this.#positions, count })
    const served = fromCumulative(this.#leases.hits, count)
    sink.histogram(reuse.age, attributes, { counts: withRest(served, count), sum: this.#leases.reuseTime / 1_000, count })
    if (this.#same > 0) sink.number(reuse.checks, { ...attributes, 'pitwall.reuse.same': 'true' }, this.#same)
    if (this.#different > 0) sink.number(reuse.checks, { ...attributes, 'pitwall.reuse.same': 'false' }, this.#different)
  }

  #recordFront(slot: number, now: number): void {
    const band = this.#front.touch(slot)
    this.#serve(band, 1, bandMiddle[band] ?? FRONT)
    this.#leases.use(slot, now, 1)
  }

  #recordTail(slot: number, now: number): void {
    const position = FRONT + ((this.#tail.rank(slot) + 0.5) * HASHES) / this.#sampledBelow + 0.5
    const weight = this.#takeBacklog()
    this.#serve(bucketOf(position), weight, position)
    this.#leases.use(slot, now, weight)
    this.#tail.remove(slot)
    this.#enterFront(slot)
  }

  #recordUnknown(hash: number, now: number): void {
    // A key seen for the first time: its weight goes to the last bucket, which is the rest.
    if (hash < this.#sampledBelow) this.#takeBacklog()
    else this.#backlog++
    const slot = this.#allocate()
    this.#index.add(hash, slot)
    this.#leases.fill(slot, now)
    this.#enterFront(slot)
  }

  #serve(bucket: number, weight: number, position: number): void {
    if (bucket >= this.#served.length) return
    this.#served[bucket] = (this.#served[bucket] ?? 0) + weight
    this.#positions += position * weight
  }

  /** Whole number of requests that this sampled miss of the front stands for: 1/R, corrected by what is owed. */
  #takeBacklog(): number {
    this.#backlog++
    const expected = HASHES / this.#sampledBelow
    const weight = Math.floor(Math.min(this.#backlog, expected + (this.#backlog - expected) * BACKLOG_GAIN))
    this.#backlog -= weight
    return weight
  }

  #enterFront(slot: number): void {
    if (this.#front.size === FRONT) this.#leaveFront()
    this.#front.push(slot)
    this.#inFront[slot] = 1
  }

  #leaveFront(): void {
    const slot = this.#front.pop()
    this.#inFront[slot] = 0
    if (this.#index.hashOf(slot) >= this.#sampledBelow) return this.#release(slot)
    this.#tail.push(slot)
    if (this.#tail.size > TAIL) this.#shrinkTail()
  }

  /** Lowers the share of keys that are sampled until the tail has room again. */
  #shrinkTail(): void {
    while (this.#tail.size > TAIL) {
      this.#sampledBelow *= SHRINK
      for (const slot of this.#tail.slots()) {
        if (this.#index.hashOf(slot) < this.#sampledBelow) continue
        this.#tail.remove(slot)
        this.#release(slot)
      }
    }
  }

  #allocate(): number {
    return this.#free[--this.#freeCount] ?? 0
  }

  #release(slot: number): void {
    this.#index.remove(slot)
    this.#free[this.#freeCount++] = slot
  }
}

const frontEdges = reuse.distance.buckets.filter((edge) => edge <= FRONT)
const bandMiddle = reuse.distance.buckets.map((edge, band) => ((reuse.distance.buckets[band - 1] ?? 0) + 1 + edge) / 2)

/** Index of the bucket that a stack position falls into. */
function bucketOf(position: number): number {
  const bucket = reuse.distance.buckets.findIndex((edge) => position <= edge)
  return bucket < 0 ? reuse.distance.buckets.length : bucket
}

/** Bucket counts with the last one, above all bounds, filled up to the total. */
function withRest(counts: Float64Array, total: number): Float64Array {
  const all = new Float64Array(counts.length + 1)
  all.set(counts)
  all[counts.length] = total - counts.reduce((sum, count) => sum + count, 0)
  return all
}

/** Cumulative counts → counts per bucket. Where sampling noise lets a later one fall below an earlier one, it counts as equal. */
function fromCumulative(cumulative: Float64Array, total: number): Float64Array {
  let reached = 0
  return cumulative.map((value) => {
    const before = reached
    reached = Math.max(before, Math.min(value, total))
    return reached - before
  })
}
