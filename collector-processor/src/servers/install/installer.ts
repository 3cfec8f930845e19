/** Why a program could not be installed, in a few words: what was tried and what went wrong. */
export class InstallError extends Error {
  override readonly name = 'InstallError'
}

/** What an installer works with. */
export interface InstallContext {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Pitwall's cache folder. */
  readonly cache: string
  /** Reports what is being done now, in a few words. */
  readonly report: (doing: string) => void
  readonly signal: AbortSignal | undefined
}

/** A program that an installer put into a folder. Paths are relative to that folder. */
export interface Installation {
  readonly program: string
  /** Folders with shared libraries that the program needs. */
  readonly libraries: readonly string[]
  /** Where it came from, in words. */
  readonly origin: string
}
