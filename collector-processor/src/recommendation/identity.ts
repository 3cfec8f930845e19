import { createHash } from 'node:crypto'

/**
 * Id of a recommendation: the first ten hexadecimal digits of a hash over what it is about, and over nothing that
 * changes. Two optimizers, and the same one after a restart, give the same.
 */
export function recommendationId(rule: string, service: string, subject: string): string {
  return createHash('sha256')
    .update(JSON.stringify([rule, service, subject]))
    .digest('hex')
    .slice(0, 10)
}
