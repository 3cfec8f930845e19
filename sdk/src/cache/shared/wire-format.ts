import { createHmac, hash } from 'node:crypto'

/** What is kept beside the bytes of a value in a shared storage. */
export interface Envelope {
  /** Milliseconds that it may be served stale after its time to live; Infinity for a value that never becomes stale. */
  readonly graceMs: number
  /** The last invalidation of tags, or of everything, that its load knew of. */
  readonly since: number
  /** Milliseconds that loading it took. */
  readonly loadMs: number
  /** Ids of its tags. */
  readonly tags: readonly string[]
  readonly body: Uint8Array
}

/** Grows when entries are written in another way: what an older or newer version wrote is then absent, not misread. */
const MAGIC = 'pw2'
/** Stands for a grace without end. */
const NEVER = '-'
const NEWLINE = '\n'.charCodeAt(0)
/** Longest first line that is looked at: room for some hundred tags. */
const MAX_HEAD = 16_384

/** Characters of a key's id that each entry carries, so that one which was copied to another key is not taken for that key's. */
const BINDING = 16

/**
 * How one cache writes its entries for other processes: ids in place of keys and tags, and a line of text before the bytes of
 * a value, which binds them to their key, namespace, serializer and version. Keys leave the process only as SHA-256, with a
 * secret as HMAC, without which nobody can try out keys on them.
 */
export class WireFormat {
  readonly #namespace: string
  readonly #codec: string
  readonly #secret: string | undefined

  /** @param codec id of the codec that makes the bytes */
  constructor(namespace: string, codec: string, secret: string | undefined) {
    this.#namespace = namespace
    this.#secret = secret
    this.#codec = this.#digest(codec).slice(0, BINDING)
  }

  /** What stands for a key outside of this process: 43 letters, digits, `-` and `_`. */
  idOf(key: string): string {
    return this.#digest(`${this.#namespace.length}:${this.#namespace}${key}`)
  }

  /** The bytes of an entry of the key with this id. */
  seal(id: string, { graceMs, since, loadMs, tags, body }: Envelope): Buffer {
    const grace = graceMs === Number.POSITIVE_INFINITY ? NEVER : Math.round(graceMs)
    const head = `${MAGIC} ${grace} ${since} ${Math.round(loadMs)} ${this.#codec} ${id.slice(0, BINDING)} ${tags.join()}\n`
    return Buffer.concat([Buffer.from(head, 'latin1'), body])
  }

  /** The entry in these bytes; undefined when they are none of this key, namespace, serializer and version. */
  open(id: string, bytes: Buffer): Envelope | undefined {
    const end = bytes.subarray(0, MAX_HEAD).indexOf(NEWLINE)
    const head = /^(\w+) (-|\d{1,15}) (\d{1,16}) (\d{1,15}) ([\w-]+) ([\w-]+) ([\w,-]*)$/.exec(
      bytes.toString('latin1', 0, Math.max(end, 0)),
    )
    if (head === null) return undefined
    const [, magic, grace = '', since, loadMs, codec, binding, tags = ''] = head
    if (magic !== MAGIC || codec !== this.#codec || binding !== id.slice(0, BINDING)) return undefined
    return {
      graceMs: grace === NEVER ? Number.POSITIVE_INFINITY : Number(grace),
      since: Number(since),
      loadMs: Number(loadMs),
      tags: tags === '' ? [] : tags.split(','),
      body: bytes.subarray(end + 1),
    }
  }

  #digest(text: string): string {
    // Halves of a character, as cutting a text leaves them, have no bytes of their own in UTF-8.
    const bytes = text.isWellFormed() ? text : Buffer.from(text, 'utf16le')
    return this.#secret === undefined
      ? hash('sha256', bytes, 'base64url')
      : createHmac('sha256', this.#secret).update(bytes).digest('base64url')
  }
}
