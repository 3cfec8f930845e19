import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UsageError } from '../commands/command.ts'

/** One recorded request. What the recording does not know is absent. */
export interface TraceRequest {
  /** Milliseconds since the first request. */
  readonly atMs?: number
  /** Opaque; `<function>:<number>` for the calls of several functions. */
  readonly key: string
  readonly costMs?: number
  /** Who made the request. */
  readonly agent?: string
}

/** The beginning of a trace file. */
export interface Trace {
  readonly requests: readonly TraceRequest[]
  /** Whether the file goes on after these requests. */
  readonly more: boolean
}

const format = 'timestamp_ms TAB key TAB size_bytes TAB cost_ms TAB agent, with - for what is not known'

/**
 * Reads the first `limit` requests of a trace file, plain or compressed by gzip: one request a line, in order,
 * `timestamp_ms TAB key TAB size_bytes TAB cost_ms TAB agent`, missing columns at the end cut, `-` = not known.
 * Throws `UsageError` with the number of the line that is wrong.
 */
export async function readTrace(path: string, limit = Infinity): Promise<Trace> {
  const requests: TraceRequest[] = []
  try {
    const text = await openText(path)
    let line = 0
    for await (const content of linesOf(text)) {
      line++
      if (content === '') continue
      if (requests.length >= limit) return { requests, more: true }
      requests.push(parseLine(content, `${path}, line ${line}`))
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${path} cannot be read as a trace: ${error instanceof Error ? error.message : String(error)}.`, { cause: error })
  }
  if (requests.length === 0) throw new UsageError(`${path} holds no requests; a trace has one a line: ${format}.`)
  return { requests, more: false }
}

/** The name of the function behind a key; undefined where the key carries none. */
export function functionOf(key: string): string | undefined {
  const colon = key.lastIndexOf(':')
  return colon > 0 ? key.slice(0, colon) : undefined
}

/** Text of the file, decompressed where its first bytes are those of gzip: names of files prove nothing. */
async function openText(path: string): Promise<Readable> {
  const file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
  const stream = file.createReadStream({ start: 0 })
  if (bytesRead < 2 || buffer[0] !== 0x1f || buffer[1] !== 0x8b) return stream
  const text = createGunzip()
  stream.on('error', (error) => text.destroy(error))
  text.on('close', () => stream.destroy())
  return stream.pipe(text)
}

// Not node:readline: its iterator does not end with the error of a broken file.
async function* linesOf(text: Readable): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of text.setEncoding('utf8')) {
    const lines = `${rest}${String(chunk)}`.split(/\r?\n/)
    rest = lines.pop() ?? ''
    yield* lines
  }
  yield rest
}

function parseLine(content: string, where: string): TraceRequest {
  const [time, key, , cost, agent] = content.split('\t')
  if (key === undefined || key === '' || key === '-') throw new UsageError(`${where}: the key is missing; a line is ${format}.`)
  const atMs = parseNumber(time, 'timestamp_ms', where)
  const costMs = parseNumber(cost, 'cost_ms', where)
  return {
    key,
    ...(atMs === undefined ? {} : { atMs }),
    ...(costMs === undefined ? {} : { costMs }),
    ...(agent === undefined || agent === '-' || agent === '' ? {} : { agent }),
  }
}

function parseNumber(text: string | undefined, column: string, where: string): number | undefined {
  if (text === undefined || text === '-' || text === '') return undefined
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0)
    throw new UsageError(`${where}: ${column} is '${text.slice(0, 40)}', but must be a number of 0 or more, or -.`)
  return value
}
