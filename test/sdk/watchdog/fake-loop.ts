import { createHistogram } from 'node:perf_hooks'

/** An event loop that does what it is told, as another thread sees it: its turns, and the descriptor that it waits in. */
export class FakeLoop {
  static readonly DESCRIPTOR = '0x10'
  readonly histogram = createHistogram()
  isWaiting = true
  /** Another descriptor to wait in, while at work: that of a nested loop. */
  nested: string | undefined
  readonly calls = { descriptor: () => (this.isWaiting ? FakeLoop.DESCRIPTOR : this.nested) }

  work(): void {
    this.isWaiting = false
  }

  /** A turn ends. */
  wait(): void {
    if (!this.isWaiting) this.histogram.record(1_000)
    this.isWaiting = true
  }
}
