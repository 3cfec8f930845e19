import { open, readFile, stat } from 'node:fs/promises'
import { findSourceMap } from 'node:module'
import { pathToFileURL } from 'node:url'

/** Maps and scripts that are larger are not read: 64 MiB. */
const MAX_BYTES = 64 * 1_048_576
/** Where the comment stands that names the map: at the end of the script. */
const TAIL_BYTES = 4_096
const COMMENT = /^\/\/[#@] sourceMappingURL=(\S+)\s*$/gm
const INLINE = /^data:application\/json[^,]*?(;base64)?,(.*)$/s

/**
 * Bytes of a script that has a source map, by the end of its file; undefined of one that has none. A map inside the file is longer
 * than that: one word up to the end.
 */
export async function mappedScriptBytes(path: string): Promise<number | undefined> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const length = Math.min(size, TAIL_BYTES)
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: size - length })
    const tail = buffer.toString('latin1')
    const isMapped = tail.includes('sourceMappingURL=') || (length === TAIL_BYTES && /^\S+\s*$/.test(tail))
    return isMapped ? size : undefined
  } finally {
    await file.close()
  }
}

/** The source map of a script that was compiled while it was loaded, if Node.js was given one (`--enable-source-maps`). */
export function loadedSourceMap(path: string): string | undefined {
  const payload = process.sourceMapsEnabled ? findSourceMap(path)?.payload : undefined
  return payload === undefined ? undefined : JSON.stringify(payload)
}

/** A source map, and the address that its sources are relative to. */
export interface SourceMapText {
  readonly text: string
  readonly address: string
}

/** Reads the source map that a script names, in a file beside it or inside; undefined where there is none that can be read. */
export async function readSourceMap(path: string): Promise<SourceMapText | undefined> {
  const script = await readBounded(path)
  const [, comment] = [...script.matchAll(COMMENT)].at(-1) ?? []
  if (comment === undefined) return undefined
  const base = pathToFileURL(path).href
  const [, base64, inline] = INLINE.exec(comment) ?? []
  if (inline !== undefined)
    return { text: base64 === undefined ? decodeURIComponent(inline) : Buffer.from(inline, 'base64').toString(), address: base }
  const address = new URL(comment, base)
  return address.protocol === 'file:' ? { text: await readBounded(address), address: address.href } : undefined
}

async function readBounded(file: string | URL): Promise<string> {
  const { size } = await stat(file)
  if (size > MAX_BYTES) throw new Error(`it has ${size} bytes`)
  return readFile(file, 'utf8')
}
