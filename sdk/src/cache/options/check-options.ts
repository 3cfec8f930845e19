import { OptionError } from '../../errors.ts'
import { nearestName } from './nearest-name.ts'

/**
 * Refuses options that do not exist: with a misspelt `ttl`, entries would never expire, and nobody would know.
 * @param of what has the options, for the error
 * @throws OptionError, one sentence
 */
export function checkOptions(of: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw new OptionError(`the options of ${of}`, options, 'an object')
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  const meant = nearestName(unknown, known)
  throw new OptionError(
    `an option of ${of}`,
    unknown,
    meant === undefined ? `one of ${known.join(', ')}` : `${meant}, or another that it has`,
  )
}
