/** How the holder of a lock let go of it, as told to other processes. `id` is that of the key, as in `WireFormat`. */
export type LockMessage = { readonly id: string; readonly holder: string } & (
  | { readonly type: 'stored'; readonly freshMs: number; readonly servedMs: number; readonly entry: Buffer }
  /** A value that is not kept; undefined where it is that. */
  | { readonly type: 'passed'; readonly body: Buffer | undefined }
  | { readonly type: 'failed'; readonly name: string; readonly message: string }
  /** Nothing is handed over: who waits has to look for himself. */
  | { readonly type: 'free' }
)

/** Largest message: what is larger is read by each process for itself, rather than sent to all. */
export const MAX_MESSAGE = 65_536

/** Longest text of an error that is handed over, in characters. */
const MAX_ERROR = 1_000

const NEWLINE = '\n'.charCodeAt(0)
const NEVER = '-'

/** A message as bytes: a line of words, and for some a body. */
export function encodeLockMessage(message: LockMessage): Buffer {
  const { id, holder } = message
  switch (message.type) {
    case 'free':
      return messageLine('free', id, holder)
    case 'stored':
      return whole(message, messageLine('stored', id, holder, time(message.freshMs), time(message.servedMs)), message.entry)
    case 'passed':
      if (message.body === undefined) return messageLine('nothing', id, holder)
      return whole(message, messageLine('passed', id, holder), message.body)
    case 'failed': {
      const error = JSON.stringify([message.name.slice(0, MAX_ERROR), message.message.slice(0, MAX_ERROR)])
      return Buffer.concat([messageLine('failed', id, holder), Buffer.from(error)])
    }
  }
}

/** The message in these bytes; undefined when it is none, or of another version. */
export function decodeLockMessage(bytes: Buffer): LockMessage | undefined {
  const [words, body] = splitMessage(bytes)
  const [type, id = '', holder = '', freshMs = '', servedMs = ''] = words
  switch (type) {
    case 'free':
      return { type, id, holder }
    case 'stored':
      return { type, id, holder, freshMs: timeOf(freshMs), servedMs: timeOf(servedMs), entry: body }
    case 'nothing':
      return { type: 'passed', id, holder, body: undefined }
    case 'passed':
      return { type, id, holder, body }
    case 'failed':
      return failedMessage(id, holder, body)
    default:
      return undefined
  }
}

/** The line of words that a message begins with. */
export function messageLine(...words: string[]): Buffer {
  return Buffer.from(`${words.join(' ')}\n`, 'latin1')
}

/** The words that a message begins with, and its body; no words where it is none of ours. */
export function splitMessage(bytes: Buffer): readonly [words: readonly string[], body: Buffer] {
  const end = bytes.indexOf(NEWLINE)
  if (end < 0 || end > 500) return [[], bytes]
  return [bytes.toString('latin1', 0, end).split(' '), bytes.subarray(end + 1)]
}

function failedMessage(id: string, holder: string, body: Buffer): LockMessage | undefined {
  try {
    const error: unknown = JSON.parse(body.toString())
    if (!Array.isArray(error)) return undefined
    const [name, message]: unknown[] = error
    return { type: 'failed', id, holder, name: String(name), message: String(message) }
  } catch {
    return undefined
  }
}

function whole({ id, holder }: LockMessage, head: Buffer, body: Buffer): Buffer {
  return head.length + body.length > MAX_MESSAGE ? messageLine('free', id, holder) : Buffer.concat([head, body])
}

function time(ms: number): string {
  return ms === Number.POSITIVE_INFINITY ? NEVER : String(Math.round(ms))
}

function timeOf(text: string): number {
  return text === NEVER ? Number.POSITIVE_INFINITY : Number(text)
}
