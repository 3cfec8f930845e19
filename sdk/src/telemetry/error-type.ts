/** Longest class name of an error that is exported, in UTF-16 units: a name is any text that the thrower likes. */
const MAX_LENGTH = 128

/** What the attribute `error.type` says of anything thrown: the class of an error, else `_OTHER`, OpenTelemetry's word for it. */
export function errorType(error: unknown): string {
  const name: unknown = error instanceof Error ? error.name : undefined
  return typeof name === 'string' && name !== '' ? name.slice(0, MAX_LENGTH) : '_OTHER'
}
