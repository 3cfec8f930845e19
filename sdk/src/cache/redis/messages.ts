import { decodeLockMessage, encodeLockMessage, type LockMessage, messageLine, splitMessage } from '../shared/locks/lock-message.ts'

/** What processes tell each other through Redis about the entries of one namespace. Ids are those of `WireFormat`. */
export type Message =
  /** A key was set or removed; `hash` is that of the key itself. */
  | { readonly type: 'key'; readonly origin: string; readonly id: string; readonly hash: number }
  | { readonly type: 'tag'; readonly origin: string; readonly tag: string }
  | { readonly type: 'all'; readonly origin: string }
  | LockMessage

/** A message as bytes: a line of words, and for some a body. */
export function encodeMessage(message: Message): Buffer {
  switch (message.type) {
    case 'key':
      return messageLine('key', message.origin, message.id, String(message.hash))
    case 'tag':
      return messageLine('tag', message.origin, message.tag)
    case 'all':
      return messageLine('all', message.origin)
    default:
      return encodeLockMessage(message)
  }
}

/** The message in these bytes; undefined when it is none, or of another version. */
export function decodeMessage(bytes: Buffer): Message | undefined {
  const [[type, origin = '', subject = '', hash]] = splitMessage(bytes)
  switch (type) {
    case 'key':
      return { type, origin, id: subject, hash: Number(hash) }
    case 'tag':
      return { type, origin, tag: subject }
    case 'all':
      return { type, origin }
    default:
      return decodeLockMessage(bytes)
  }
}
