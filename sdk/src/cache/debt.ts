/** Keys that are remembered one by one; beyond them everything counts as outdated. */
const MAX_KEYS = 10_000

/**
 * Invalidations that a storage has not confirmed: what it still has for these keys is outdated and must not be served.
 * Each has a ticket, so that confirming an older one does not settle a newer one that came in between.
 */
export class Debt {
  readonly #tickets = new Map<string, number>()
  #lastTicket = 0
  #clearTicket = 0

  /** Whether what the storage has for this key may be outdated. */
  covers(key: string): boolean {
    return this.#clearTicket > 0 || this.#tickets.has(key)
  }

  /** The ticket of a key that is to be deleted; 0 when none is. */
  ticketOf(key: string): number {
    return this.#tickets.get(key) ?? 0
  }

  /** The ticket of a clear that is to be done; 0 when none is. */
  get clearTicket(): number {
    return this.#clearTicket
  }

  oweDelete(key: string): void {
    if (this.#tickets.size >= MAX_KEYS && !this.#tickets.has(key)) return this.oweClear()
    this.#tickets.set(key, ++this.#lastTicket)
  }

  oweClear(): void {
    this.#tickets.clear()
    this.#clearTicket = ++this.#lastTicket
  }

  settleDelete(key: string, ticket: number): void {
    if (this.#tickets.get(key) === ticket) this.#tickets.delete(key)
  }

  settleClear(ticket: number): void {
    if (this.#clearTicket === ticket) this.#clearTicket = 0
  }
}
