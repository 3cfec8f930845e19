import type { Clock } from '../clock.ts'
import { reuse } from '../contract/index.ts'
import type { MetricSink, MetricSource } from '../telemetry/source.ts'
import { HashIndex } from './hash-index.ts'
import { Leases } from './leases.ts'
import { LruStack } from './lru-stack.ts'
import { RankedList } from './ranked-list.ts'
import { HASHES, RateGovernor } from './rate-governor.ts'
import { NONE } from './recency-list.ts'
import { SampleDepth } from './sample-depth.ts'
import { settle } from './settle.ts'
import { bucketOf, stackBands } from './stack-bands.ts'
import { Tally } from './tally.ts'

/** Keys whose exact order of use is kept: every request that hits among them has an exact stack position. */
const FRONT = 1_024
/** Keys behind the front that are kept, chosen by their hash. */
const TAIL = 1_023
const SLOTS = FRONT + TAIL + 1

/** Step by which the sampled share of keys falls when the tail is full: one walk over it makes room for about 32 keys. */
const SHRINK = 31 / 32
/** Step by which it rises, once all of the tail has been replaced: small, because the older keys are sampled at the lower share. */
const GROWTH = 17 / 16
/** Depth, in keys, down to which the tail reaches in any case. */
const NEAR = 20_000

/** What a tracker follows. */
export interface ReuseTrackerOptions {
  /** Name of the cache, function or model, already bounded by a NameRegistry. */
  readonly subject: string
  readonly kind: 'cache' | 'function' | 'model'
  readonly clock: Clock
}

/**
 * Follows the keys of one cache or function within 2,048 of them (124 KiB), and exports what caches of every size
 * and time to live would have served: the miss-ratio curve as two histograms (contract `reuse`). Up to 2,047 distinct keys
 * it is exact. Beyond, an exact front (FRONT) sees every request, and requests that miss it are estimated from a
 * fixed-size hash sample of the keys behind it (SHARDS, FAST'15): an eighth of SHARDS' error at equal memory
 * (`npm run bench -- curve`). Exported counts are whole numbers that only grow and add up to the requests exactly.
 */
export class ReuseTracker implements MetricSource {
  readonly #options: ReuseTrackerOptions
  readonly #governor: RateGovernor
  readonly #index = new HashIndex(SLOTS)
  #bands = stackBands(1, FRONT)
  readonly #front = new LruStack(SLOTS, this.#bands.edges)
  readonly #tail = new RankedList(SLOTS, TAIL + 1)
  readonly #inFront = new Uint8Array(SLOTS)
  readonly #free = Int16Array.from({ length: SLOTS }, (_, slot) => slot)
  #freeCount = SLOTS
  readonly #leases = new Leases(SLOTS, reuse.age.buckets)
  readonly #tally = new Tally(reuse.distance.buckets.length, reuse.age.buckets.length)
  /** Keys behind the front are followed when their hash is below this. */
  #sampledBelow = HASHES
  /** Requests that missed the front and that no sampled one stands for yet. */
  #backlog = 0
  readonly #depth = new SampleDepth()
  /** Keys that left the tail at its end since the sampled share last rose. */
  #dropped = 0
  #same = 0
  #different = 0

  constructor(options: ReuseTrackerOptions) {
    this.#options = options
    this.#governor = new RateGovernor(options.clock)
  }

  /**
   * Counts a request during a pause, whatever its key is; false when its key has to be looked at. It need not be asked, and
   * is for those who can hardly afford the other question: a process is in a pause whenever hits come fast.
   */
  passes(): boolean {
    // The last request of a pause ends it, as one to be skipped.
    if (this.#governor.pauseLeft <= 1) return false
    this.#governor.pauseLeft -= 1
    return true
  }

  /** Whether a request for the key with this hash (uint32) is to be recorded now; else it is skipped. */
  wants(hash: number): boolean {
    return hash < this.#governor.wantedBelow
  }

  /** Counts a request for the key with this hash (uint32). */
  record(hash: number): void {
    const now = this.#options.clock.now()
    const weight = this.#governor.weigh()
    const slot = this.#index.find(hash)
    if (slot === NONE) this.#recordUnknown(hash, now, weight)
    else if (this.#inFront[slot] === 1) this.#recordFront(slot, now, weight)
    else this.#recordTail(slot, now, weight)
    const change = this.#governor.judge(now, this.#sampledBelow < HASHES / this.#governor.scale)
    if (change === 'none') return
    if (change === 'pause') return this.#tally.endBurst()
    if (change === 'fewer keys') this.#followFewer()
    this.#tally.beginBurst()
  }

  /** Counts a request for a key that is not wanted. */
  skip(): void {
    if (this.#governor.skip()) this.#endPause()
  }

  /** A repeated call's result was compared with the earlier one. */
  check(same: boolean): void {
    if (same) this.#same++
    else this.#different++
  }

  /** Writes both histograms and the checks. Any number of readers may collect. */
  collect(sink: MetricSink): void {
    if (this.#governor.isPauseTooLong) this.#endPause()
    else this.#tally.repeatBurst(this.#governor.pausedBursts())
    if (this.#governor.relax()) this.#followMore()
    const count = this.#governor.requests
    if (count === 0) return
    const attributes = { 'pitwall.subject': this.#options.subject, 'pitwall.subject.kind': this.#options.kind }
    const [positions = 0, reuseTime = 0] = this.#tally.sums
    sink.histogram(reuse.distance, attributes, { counts: this.#tally.bySize(count), sum: positions, count })
    sink.histogram(reuse.age, attributes, { counts: this.#tally.byTtl(count), sum: reuseTime / 1_000, count })
    if (this.#same > 0) sink.number(reuse.checks, { ...attributes, 'pitwall.reuse.same': 'true' }, this.#same)
    if (this.#different > 0) sink.number(reuse.checks, { ...attributes, 'pitwall.reuse.same': 'false' }, this.#different)
  }

  #recordFront(slot: number, now: number, weight: number): void {
    const band = this.#front.touch(slot)
    const bucket = this.#bands.buckets[band] ?? 0
    this.#serve(bucket, weight, bucketMiddle[bucket] ?? 0)
    this.#age(slot, now, weight)
  }

  #recordTail(slot: number, now: number, weight: number): void {
    const rank = this.#tail.rank(slot)
    this.#depth.hit(rank > TAIL / 2)
    const position = this.#positionBehind(rank)
    const settled = this.#settleMiss(weight)
    this.#serve(bucketOf(position), settled, position)
    this.#age(slot, now, settled)
    this.#tail.remove(slot)
    this.#enterFront(slot)
  }

  #recordUnknown(hash: number, now: number, weight: number): void {
    // A sampled key that is new takes its weight to the last bucket, which is the rest.
    if (hash < this.#sampledBelow) this.#settleMiss(weight)
    else this.#backlog += weight
    const slot = this.#free[--this.#freeCount] ?? 0
    this.#index.add(hash, slot)
    this.#leases.fill(slot, now)
    this.#enterFront(slot)
  }

  #serve(bucket: number, weight: number, position: number): void {
    const { served, sums } = this.#tally
    if (bucket >= served.length) return
    served[bucket] = (served[bucket] ?? 0) + weight
    sums[0] = (sums[0] ?? 0) + position * weight
  }

  #age(slot: number, now: number, weight: number): void {
    const { fresh, sums } = this.#tally
    sums[1] = (sums[1] ?? 0) + this.#leases.use(slot, now, weight, fresh) * weight
  }

  /** Number of requests that a sampled miss of the front stands for. */
  #settleMiss(weight: number): number {
    this.#backlog += weight
    const wantedBelow = HASHES / this.#governor.scale
    const settled = settle(this.#backlog, (weight * wantedBelow) / this.#sampledBelow)
    this.#backlog -= settled
    return settled
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
    if (this.#tail.size > TAIL) this.#makeRoom()
  }

  /**
   * The tail is full. While it reaches less deep than NEAR, or is used in its depth, fewer keys are sampled; else the key
   * unused for longest goes, as good as new. So the sample never thins out for good, however many keys a process sees in
   * its life, and where hits are near it grows dense again.
   */
  #makeRoom(): void {
    const depth = this.#positionBehind(TAIL)
    if (depth <= NEAR || (depth <= LARGEST_SIZE && this.#depth.isUsed)) return this.#shrinkTail()
    this.#dropFromTail(this.#tail.last)
    if (this.#depth.isUsed || ++this.#dropped < TAIL) return
    this.#dropped = 0
    this.#sampledBelow = Math.min(HASHES / this.#governor.scale, this.#sampledBelow * GROWTH)
  }

  /** Lowers the share of keys that are sampled until the tail has room again. */
  #shrinkTail(): void {
    while (this.#tail.size > TAIL) {
      this.#sampledBelow *= SHRINK
      this.#dropUnsampled()
    }
  }

  #dropUnsampled(): void {
    for (const slot of this.#tail.slots()) {
      if (this.#index.hashOf(slot) >= this.#sampledBelow) this.#dropFromTail(slot)
    }
  }

  #dropFromTail(slot: number): void {
    this.#tail.remove(slot)
    this.#release(slot)
  }

  /** Stack position of the key that so many keys of the tail were used after. */
  #positionBehind(rank: number): number {
    return FRONT * this.#governor.scale + ((rank + 0.5) * HASHES) / this.#sampledBelow + 0.5
  }

  /** The requests of a pause are taken to be like those of the burst before it. */
  #endPause(): void {
    this.#tally.repeatBurst(this.#governor.pausedBursts())
    this.#governor.resume()
    this.#tally.beginBurst()
  }

  /** Half of the keys are not wanted any more: they are dropped, because they would stand in the way of the others' positions. */
  #followFewer(): void {
    this.#sampledBelow = Math.min(this.#sampledBelow, HASHES / this.#governor.scale)
    for (const slot of this.#front.slots()) {
      if (this.#index.hashOf(slot) < HASHES / this.#governor.scale) continue
      this.#front.removeUnordered(slot)
      this.#inFront[slot] = 0
      this.#release(slot)
    }
    this.#dropUnsampled()
    this.#bands = stackBands(this.#governor.scale, FRONT)
    this.#front.setEdges(this.#bands.edges)
  }

  #followMore(): void {
    const { scale } = this.#governor
    // Where all wanted keys were sampled, all of them are again.
    if (this.#sampledBelow === HASHES / scale / 2) this.#sampledBelow = HASHES / scale
    this.#bands = stackBands(scale, FRONT)
    this.#front.setEdges(this.#bands.edges)
  }

  #release(slot: number): void {
    this.#index.remove(slot)
    this.#free[this.#freeCount++] = slot
  }
}

const LARGEST_SIZE = Math.max(...reuse.distance.buckets)
const bucketMiddle = reuse.distance.buckets.map((edge, bucket) => ((reuse.distance.buckets[bucket - 1] ?? 0) + 1 + edge) / 2)
