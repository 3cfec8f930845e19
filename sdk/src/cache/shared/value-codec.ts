import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'

/** Turns values into bytes and back, in place of JSON: for example MessagePack, or one that encrypts. */
export interface Serializer {
  /** Told apart from other serializers by it: what another one wrote is absent. Change it when you change the format. */
  readonly name: string
  /** May throw for a value that it cannot write: that one is not stored. */
  serialize(value: unknown): string | Uint8Array
  /** May throw for bytes that it did not write: they count as absent. */
  deserialize(bytes: Uint8Array): unknown
}

/** What a value codec is made of. */
export interface CodecOptions {
  readonly serializer: Serializer
  /** Bytes above which what is written is compressed; Infinity: never. */
  readonly compressAbove: number
  /** The user's version of what is cached: entries of another version are absent. */
  readonly version: string
}

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** Bytes that a compressed value may unfold to: a bound on what somebody else's bytes can do to this process. */
const MAX_UNFOLDED = 256 * 1_024 * 1_024

const PLAIN = 'p'.charCodeAt(0)
const COMPRESSED = 'z'.charCodeAt(0)

/** How the values of one cache become bytes: a first byte says whether they are compressed (Zstandard). */
export class ValueCodec {
  /** Names serializer and version: bytes of another codec are not to be read. */
  readonly id: string
  readonly #serializer: Serializer
  readonly #compressAbove: number

  constructor({ serializer, compressAbove, version }: CodecOptions) {
    this.id = JSON.stringify([serializer.name, version])
    this.#serializer = serializer
    this.#compressAbove = compressAbove
  }

  /** The bytes of a value; undefined for one that the serializer does not carry. */
  async encode(value: unknown): Promise<Uint8Array | undefined> {
    try {
      const text = this.#serializer.serialize(value)
      const bytes = typeof text === 'string' ? Buffer.from(text) : text
      return bytes.length > this.#compressAbove ? marked(COMPRESSED, await compress(bytes)) : marked(PLAIN, bytes)
    } catch {
      return undefined
    }
  }

  /** The value in these bytes; undefined when they are not of this codec. */
  async decode(bytes: Uint8Array): Promise<unknown> {
    try {
      const body = bytes.subarray(1)
      if (bytes[0] === PLAIN) return this.#serializer.deserialize(body)
      if (bytes[0] !== COMPRESSED) return undefined
      return this.#serializer.deserialize(await decompress(body, { maxOutputLength: MAX_UNFOLDED }))
    } catch {
      return undefined
    }
  }
}

function marked(mark: number, bytes: Uint8Array): Uint8Array {
  const all = Buffer.allocUnsafe(bytes.length + 1)
  all[0] = mark
  all.set(bytes, 1)
  return all
}
