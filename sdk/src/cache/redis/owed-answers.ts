import { SILENT_MS } from './address.ts'

/** What a server owes: answers that were asked for, and when the last one came, or the first of them was asked for. */
export class OwedAnswers {
  #count = 0
  #heardAt = 0

  /** Begins to wait for one. Returns whether the server has been silent for so long that its connection is worth nothing. */
  begin(now: number): boolean {
    const isSilent = this.#count > 0 && now - this.#heardAt > SILENT_MS
    if (isSilent || this.#count === 0) this.#heardAt = now
    this.#count += 1
    return isSilent
  }

  /** One has come, or will not come any more. */
  end(now: number): void {
    this.#count -= 1
    this.#heardAt = now
  }
}
