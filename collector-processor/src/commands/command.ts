/** Where a command reads and writes: streams and signals come in by parameter, so that tests can run it. */
export interface CommandIo {
  /** Answers: tables, JSON documents. */
  readonly out: (text: string) => void
  /** Progress and complaints. */
  readonly err: (text: string) => void
  /** Whether `out` is a terminal that shows colours (a TTY, and `NO_COLOR` unset). */
  readonly colour: boolean
  /** Aborted on Ctrl-C or SIGTERM: finish quickly and leave nothing behind. */
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
}

/** One option of a command, as `node:util` parses it, and its line in `--help`. */
export interface CommandOption {
  readonly type: 'string' | 'boolean'
  /** What stands for the value in `--help`, for example `URL`. */
  readonly value?: string
  readonly description: string
}

/** Values of the options that were given, by name. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>

/** Exit codes: 0 done, 1 done and something is wrong, 2 wrong usage, 3 no verdict. */
export type ExitCode = 0 | 1 | 2 | 3

/** A subcommand of `pitwall`. One file in this folder is one command; its file name is what is typed. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string
  readonly options: Readonly<Record<string, CommandOption>>
  /** Whole command lines that work as they stand. */
  readonly examples: readonly string[]
  /** What may follow the options, as `--help` shows it. Everything from there on belongs to it, options included. Default: nothing. */
  readonly operands?: string
  /** Resolves to an ExitCode, or to that of the program which was run. */
  run(options: OptionValues, io: CommandIo, operands: readonly string[]): Promise<number>
}

/** A mistake of the person at the keyboard: its message is shown in one line, without a stack trace. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
