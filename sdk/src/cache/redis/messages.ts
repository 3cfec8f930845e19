/** What processes tell each other through Redis about the entries of one namespace. Ids are those of `WireFormat`. */
export type Message =
  /** A key was set or removed; `hash` is that of the key itself. */
  | { readonly type: 'key'; readonly origin: string; readonly id: string; readonly hash: number }
  | { readonly type: 'tag'; readonly origin: string; readonly tag: string }
  | { readonly type: 'all'; readonly origin: string }
  | LockMessage

/** How the holder of a lock let go of it. */
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
export function encodeMessage(message: Message): Buffer {
  switch (message.type) {
    case 'key':
      return line('key', message.origin, message.id, String(message.hash))
    case 'tag':
      return line('tag', message.origin, message.tag)
    case 'all':
      return line('all', message.origin)
    case 'free':
      return line('free', message.id, message.holder)
    case 'stored':
      return whole(message, line('stored', message.id, message.holder, time(message.freshMs), time(message.servedMs)), message.entry)
    case 'passed':
      if (message.body === undefined) return line('nothing', message.id, message.holder)
      return whole(message, line('passed', message.id, message.holder), message.body)
    case 'failed': {
      const error = JSON.stringify([message.name.slice(0, MAX_ERROR), message.message.slice(0, MAX_ERROR)])
      return Buffer.concat([line('failed', message.id, message.holder), Buffer.from(error)])
    }
  }
}

/** The message in these bytes; undefined when it is none, or of another version. */
export function decodeMessage(bytes: Buffer): Message | undefined {
  const end = bytes.indexOf(NEWLINE)
  if (end < 0 || end > 500) return undefined
  const [type, first = '', second = '', third = '', fourth = ''] = bytes.toString('latin1', 0, end).split(' ')
  const body = bytes.subarray(end + 1)
  switch (type) {
    case 'key':
      return { type, origin: first, id: second, hash: Number(third) }
    case 'tag':
      return { type, origin: first, tag: second }
    case 'all':
      return { type, origin: first }
    case 'free':
      return { type, id: first, holder: second }
    case 'stored':
      return { type, id: first, holder: second, freshMs: timeOf(third), servedMs: timeOf(fourth), entry: body }
    case 'nothing':
      return { type: 'passed', id: first, holder: second, body: undefined }
    case 'passed':
      return { type, id: first, holder: second, body }
    case 'failed':
      return failedMessage(first, second, body)
    default:
      return undefined
  }
}

function failedMessage(id: string, holder: string, body: Buffer): Message | undefined {
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
  return head.length + body.length > MAX_MESSAGE ? line('free', id, holder) : Buffer.concat([head, body])
}

function line(...words: string[]): Buffer {
  return Buffer.from(`${words.join(' ')}\n`, 'latin1')
}

function time(ms: number): string {
  return ms === Number.POSITIVE_INFINITY ? NEVER : String(Math.round(ms))
}

function timeOf(text: string): number {
  return text === NEVER ? Number.POSITIVE_INFINITY : Number(text)
}
