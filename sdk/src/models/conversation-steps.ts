/** Conversations that are remembered; the oldest is forgotten first. */
const MAX_CONVERSATIONS = 1_000

/** Steps from which a new value of `pitwall.model.step` begins. */
const ranges = [33, 17, 9, 5, 3, 2, 1] as const

/** Counts the calls of each conversation, or of each trace where a conversation has no name. */
export class ConversationSteps {
  readonly #calls = new Map<string, number>()

  /** Counts a call; the value of `pitwall.model.step` for it. */
  next(conversation: string): number {
    const step = (this.#calls.get(conversation) ?? 0) + 1
    // Put behind the others again: what goes on is not the oldest.
    this.#calls.delete(conversation)
    this.#calls.set(conversation, step)
    const oldest = this.#calls.size > MAX_CONVERSATIONS ? this.#calls.keys().next().value : undefined
    if (oldest !== undefined) this.#calls.delete(oldest)
    return ranges.find((first) => step >= first) ?? 1
  }
}
