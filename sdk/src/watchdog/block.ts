/** What kept the loop from turning: the agent's code, garbage collection, or the host, which gave the process no processor or stopped it. */
export type BlockCause = 'code' | 'gc' | 'host'

/** A position in a program: never a value. */
export interface StackFrame {
  /** Name of the function, empty where it has none. */
  readonly functionName: string
  /** Path relative to the working directory when inside it, or `node:…`; of the source where a source map leads there. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

/** A time that the event loop stood still for longer than the threshold. */
export interface Block {
  /** When it began, milliseconds since 1970. */
  readonly startedAt: number
  readonly durationMs: number
  readonly cause: BlockCause
  /**
   * Where that was: the innermost frame that belongs neither to Node.js nor to the SDK. To blame when the cause is the code;
   * absent when nothing of the agent was seen running.
   */
  readonly frame?: StackFrame
  /** All frames there, innermost first, at most 32. */
  readonly stack: readonly StackFrame[]
}
