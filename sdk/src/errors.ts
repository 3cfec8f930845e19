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
