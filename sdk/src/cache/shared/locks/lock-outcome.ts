import type { Release } from '../shared-storage.ts'
import type { ValueCodec } from '../value-codec.ts'
import type { LockMessage } from './lock-message.ts'

/** How other processes are told of an outcome that is not stored. */
export async function messageOf(codec: ValueCodec, id: string, holder: string, outcome: Release): Promise<LockMessage> {
  if (outcome.type === 'failed') return { type: 'failed', id, holder, name: outcome.error.name, message: outcome.error.message }
  if (outcome.type !== 'passed on') return { type: 'free', id, holder }
  if (outcome.value === undefined) return { type: 'passed', id, holder, body: undefined }
  const body = await codec.encode(outcome.value)
  return body === undefined ? { type: 'free', id, holder } : { type: 'passed', id, holder, body: Buffer.from(body) }
}

/** What another process has told of an outcome that it has not stored. */
export async function outcomeOf(codec: ValueCodec, message: Exclude<LockMessage, { readonly type: 'stored' }>): Promise<Release> {
  if (message.type === 'free') return { type: 'unknown' }
  if (message.type === 'failed') return { type: 'failed', error: errorFrom(message) }
  if (message.body === undefined) return { type: 'passed on', value: undefined }
  const value = await codec.decode(message.body)
  return value === undefined ? { type: 'unknown' } : { type: 'passed on', value }
}

/** The error of another process's loader, as far as it can be told: its name and message. */
function errorFrom({ name, message }: { readonly name: string; readonly message: string }): Error {
  const error = new Error(message)
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
  return error
}
