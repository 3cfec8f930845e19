/** A user set an option to something it cannot be: one sentence that names the option, the value and what is allowed. */
export class OptionError extends Error {
  override readonly name = 'OptionError'

  /**
   * @param option name of the option as the user writes it, for example `ttl`
   * @param value what the user gave; shortened in the sentence
   * @param allowed what would have been right, as the end of "must be …"
   */
  constructor(option: string, value: unknown, allowed: string) {
    super(`${option} must be ${allowed}, got ${shown(value)}.`)
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 59)}…` : value}'`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** A loader took longer than the `hardTimeout` of its cache, and there was no stale value to give out instead. */
export class LoadTimeoutError extends Error {
  override readonly name = 'LoadTimeoutError'

  /** @param hardTimeoutMs milliseconds that callers wait at most */
  constructor(hardTimeoutMs: number) {
    super(`no value within the hard timeout of ${hardTimeoutMs} ms; the load goes on and is cached when it ends.`)
  }
}

/** A cache with scopes was asked without one: whose entry is meant cannot be told, so none is given. */
export class MissingScopeError extends Error {
  override readonly name = 'MissingScopeError'

  constructor(cacheName: string) {
    super(
      `cache '${cacheName}' was asked without a scope; let its \`scope\` return whom the entry is for, as a string of at least one character.`,
    )
  }
}
