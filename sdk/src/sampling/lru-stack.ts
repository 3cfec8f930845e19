import { NONE, RecencyList } from './recency-list.ts'

/**
 * A least-recently-used stack that knows the band of every slot's stack position without searching: a marker stands on
 * the slot at each band's edge, and an access moves only the markers above it
 * (Kim, Hill and Wood, "Implementing stack simulation for highly-associative memories", 1991).
 * Band b holds the positions from edges[b-1]+1 to edges[b]; the last band holds everything below the last edge.
 */
export class LruStack {
  readonly #list: RecencyList
  readonly #bands: Uint8Array
  #edges: readonly number[] = []
  readonly #markers = new Int16Array(256)

  /**
   * @param slots number of slots that exist
   * @param edges rising stack positions, the top of the stack being 1; at most 255
   */
  constructor(slots: number, edges: readonly number[]) {
    this.#list = new RecencyList(slots)
    this.#bands = new Uint8Array(slots)
    this.setEdges(edges)
  }

  get size(): number {
    return this.#list.size
  }

  /** Slot at the bottom of the stack, or NONE. */
  get last(): number {
    return this.#list.last
  }

  /** Slots from the top down. */
  slots(): Iterable<number> {
    return this.#list
  }

  /** Changes the bands; walks the whole stack once. */
  setEdges(edges: readonly number[]): void {
    this.#edges = edges
    this.#markers.fill(NONE)
    let position = 0
    let band = 0
    for (const slot of this.#list) {
      position++
      if (position > (edges[band] ?? Infinity)) band++
      this.#bands[slot] = band
      if (position === edges[band]) this.#markers[band] = slot
    }
  }

  /** Moves a slot of the stack to the top; returns the band it was in. */
  touch(slot: number): number {
    const band = this.#bands[slot] ?? 0
    if (slot === this.#list.first) return band
    const newer = this.#list.newer(slot)
    this.#shiftDown(band, slot)
    if (this.#markers[band] === slot) this.#markers[band] = newer
    this.#list.remove(slot)
    this.#pushTop(slot)
    return band
  }

  /** Puts a slot that is not in the stack on top. */
  push(slot: number): void {
    this.#shiftDown(this.#edges.length, slot)
    this.#pushTop(slot)
    const band = this.#edges.indexOf(this.#list.size)
    if (band >= 0) this.#markers[band] = this.#list.last
  }

  /** Takes the bottom slot off; returns it. */
  pop(): number {
    const slot = this.#list.last
    const band = this.#bands[slot] ?? 0
    if (this.#markers[band] === slot) this.#markers[band] = NONE
    this.#list.remove(slot)
    return slot
  }

  /** Takes any slot out. The bands are wrong until `setEdges` is called. */
  removeUnordered(slot: number): void {
    this.#list.remove(slot)
  }

  #pushTop(slot: number): void {
    this.#list.push(slot)
    this.#bands[slot] = 0
  }

  /** The slot on every edge above `band` sinks into the next band, because `top` is about to come before it. */
  #shiftDown(band: number, top: number): void {
    const markers = this.#markers
    for (let edge = 0; edge < band; edge++) {
      const marked = markers[edge] ?? NONE
      // Edges rise, so beyond the first one that the stack does not reach there is none.
      if (marked === NONE) return
      this.#bands[marked] = edge + 1
      const newer = this.#list.newer(marked)
      markers[edge] = newer === NONE ? top : newer
    }
  }
}
