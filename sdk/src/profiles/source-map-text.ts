import { open, readFile, stat } from 'node:fs/promises'
import { findSourceMap } from 'node:module'
import { pathToFileURL } from 'node:url'

/** Maps and scripts that are larger are not read: 64 MiB. */
const MAX_BYTES = 64 * 1_048_576
/** Where the comment stands that names the map: at the end of the script. */
const TAIL_BYTES = 4_096
const COMMENT = /^\/\/[#@] sourceMappingURL=(\S+)\s*$/gm
const INLINE = /^data:application\/json[^,]*?(;base64)?,(.*)$/s

/** A script that has a source map, and where that is. */
export interface MappedScript {
  readonly path: string
  /** Address of the map, where it is a file of its own. */
  readonly file?: string
  /** The map, where it is no file: that of a script which was compiled while it was loaded. */
  readonly text?: string
  /** What is to be read for it, in bytes: the map, or the script that it is in. */
  readonly bytes: number
}

/**
 * Looks for the source map of a script at the end of its file, and among those that Node.js was given (`--enable-source-maps`).
 * @throws Error where the script or the map cannot be read
 */
export async function findMap(path: string): Promise<MappedScript | undefined> {
  const { size, tail } = await endOf(path)
  const [, comment] = [...tail.matchAll(COMMENT)].at(-1) ?? []
  // A map inside the file is longer than its end: one word.
  if (comment?.startsWith('data:') || (comment === undefined && tail.length === TAIL_BYTES && /^\S+\s*$/.test(tail)))
    return { path, bytes: size }
  if (comment === undefined) return givenMap(path)
  const address = new URL(comment, pathToFileURL(path))
  return address.protocol === 'file:' ? { path, file: address.href, bytes: (await stat(address)).size } : undefined
}

async function endOf(path: string): Promise<{ readonly size: number; readonly tail: string }> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const length = Math.min(size, TAIL_BYTES)
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: size - length })
    return { size, tail: buffer.toString('latin1') }
  } finally {
    await file.close()
  }
}

function givenMap(path: string): MappedScript | undefined {
  const payload = process.sourceMapsEnabled ? findSourceMap(path)?.payload : undefined
  if (payload === undefined) return undefined
  const text = JSON.stringify(payload)
  return { path, text, bytes: text.length }
}

/** A source map, and the address that its sources are relative to. */
export interface SourceMapText {
  readonly text: string
  readonly address: string
}

/** Reads the source map of a script; undefined where it turns out that there is none. @throws Error where it is too large or gone */
export async function readSourceMap({ path, file, text, bytes }: MappedScript): Promise<SourceMapText | undefined> {
  if (bytes > MAX_BYTES) throw new Error(`it has ${bytes} bytes`)
  const address = file ?? pathToFileURL(path).href
  if (text !== undefined) return { text, address }
  const found = await readFile(new URL(address), 'utf8')
  return file === undefined ? mapInside(found, address) : { text: found, address }
}

function mapInside(script: string, address: string): SourceMapText | undefined {
  const [, comment = ''] = [...script.matchAll(COMMENT)].at(-1) ?? []
  const [, base64, inline] = INLINE.exec(comment) ?? []
  if (inline === undefined) return undefined
  return { text: base64 === undefined ? decodeURIComponent(inline) : Buffer.from(inline, 'base64').toString(), address }
}
