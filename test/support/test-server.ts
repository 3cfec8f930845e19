/** A server behind a backend that a test may stop, freeze and bring back under the same address. */
export interface TestServer {
  readonly url: string
  /** Ends it at once, without a goodbye; resolves when it is gone. */
  kill(): Promise<void>
  /** Under the same address as before. */
  restart(): Promise<void>
  /** Connections stay, answers do not come. */
  freeze(): void | Promise<void>
  resume(): void
  /** Whether what is frozen is changes alone: then reads still answer, and nothing is bypassed. */
  readonly readableWhileFrozen?: boolean
}
