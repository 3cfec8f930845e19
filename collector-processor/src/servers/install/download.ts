import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type InstallContext, InstallError, type Installation } from './installer.ts'
import { lastLine, run } from './run.ts'

/** A release as a project publishes it: archives for each platform, and one file with their checksums. */
export interface OfficialRelease {
  /** `owner/repository` on GitHub. */
  readonly repository: string
  readonly version: string
  /** Name of the archive (`.tar.gz`), for an operating system (linux, darwin) and a processor (amd64, arm64) in Go's words. */
  readonly archive: (os: string, processor: string) => string
  /** Name of the file with one `SHA-256  archive` a line. */
  readonly checksums: string
  /** Path of the program in the unpacked archive. */
  readonly program: (os: string, processor: string) => string
}

const GITHUB = 'https://github.com'
const CONNECT_MS = 3_000
/** A transfer that brings nothing for this long has failed. */
const STALL_MS = 20_000

const processors: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** Hosts that did not answer: they are not asked again in this process. */
const unreachable = new Map<string, string>()

/**
 * Downloads a release, checks it against the published SHA-256 and unpacks it into a folder. `PITWALL_DOWNLOAD_BASE` names another host
 * with the same paths (a mirror).
 */
export async function downloadRelease(release: OfficialRelease, folder: string, context: InstallContext): Promise<Installation> {
  const processor = processors[process.arch]
  if (!['linux', 'darwin'].includes(process.platform) || processor === undefined)
    throw new InstallError(`no official release for ${process.platform} on ${process.arch}`)
  const base = context.env['PITWALL_DOWNLOAD_BASE'] ?? GITHUB
  await mustAnswer(base)
  const archive = release.archive(process.platform, processor)
  const from = `${base}/${release.repository}/releases/download/v${release.version}`
  const where = `${new URL(base).host}/${release.repository}`

  const expected = await publishedChecksum(`${from}/${release.checksums}`, archive, context.signal)
  await mkdir(folder, { recursive: true })
  const file = join(folder, basename(archive))
  await fetchFile(
    `${from}/${archive}`,
    file,
    (share) => context.report(`downloading ${release.version} from ${where}${share}`),
    context.signal,
  )
  const actual = await sha256(file)
  if (actual !== expected)
    throw new InstallError(
      `the download from ${where} was refused: its SHA-256 is ${actual.slice(0, 12)}…, published is ${expected.slice(0, 12)}…`,
    )
  const { code, output } = await run('tar', ['-xzf', file, '-C', folder], { signal: context.signal })
  if (code !== 0) throw new InstallError(`the download from ${where} could not be unpacked: ${lastLine(output)}`)
  await rm(file)
  return { program: release.program(process.platform, processor), libraries: [], origin: `official release ${release.version} of ${where}` }
}

/** Connecting to a host behind a firewall can take minutes to fail; three seconds are enough to know. */
async function mustAnswer(base: string): Promise<void> {
  const { hostname, port, protocol } = new URL(base)
  const known = unreachable.get(base)
  if (known !== undefined) throw new InstallError(known)
  const answered = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)), timeout: CONNECT_MS })
    const end = (answer: boolean) => (): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
  })
  if (answered) return
  const reason = `no official download (${hostname} cannot be reached)`
  unreachable.set(base, reason)
  throw new InstallError(reason)
}

async function get(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    throw new InstallError(`no official download (${url}: ${causeOf(error)})`, { cause: error })
  })
  if (!response.ok) throw new InstallError(`no official download (${url} answered ${response.status})`)
  return response
}

async function publishedChecksum(url: string, archive: string, abort: AbortSignal | undefined): Promise<string> {
  const deadline = AbortSignal.timeout(STALL_MS)
  const response = await get(url, abort === undefined ? deadline : AbortSignal.any([deadline, abort]))
  const lines = (await response.text()).split('\n').map((line) => line.trim().split(/\s+\*?/))
  const checksum = lines.find(([, name]) => name === archive)?.[0]?.toLowerCase()
  if (checksum === undefined || !/^[0-9a-f]{64}$/.test(checksum))
    throw new InstallError(`no official download (${url} has no checksum of ${archive})`)
  return checksum
}

async function fetchFile(url: string, file: string, progress: (share: string) => void, abort: AbortSignal | undefined): Promise<void> {
  const stalled = new AbortController()
  let timer = setTimeout(() => stalled.abort(), STALL_MS)
  progress('')
  try {
    const response = await get(url, abort === undefined ? stalled.signal : AbortSignal.any([stalled.signal, abort]))
    const size = Number(response.headers.get('content-length') ?? 0)
    if (response.body === null) throw new InstallError(`no official download (${url} is empty)`)
    let received = 0
    await pipeline(
      Readable.fromWeb(response.body),
      async function* watch(chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          clearTimeout(timer)
          timer = setTimeout(() => stalled.abort(), STALL_MS)
          received += chunk.length
          if (size > 0) progress(`, ${Math.round((100 * received) / size)} %`)
          yield chunk
        }
      },
      createWriteStream(file),
    )
  } catch (error) {
    if (stalled.signal.aborted) throw new InstallError(`the download of ${url} stood still for ${STALL_MS / 1000} s`, { cause: error })
    if (error instanceof InstallError) throw error
    throw new InstallError(`the download of ${url} broke off: ${causeOf(error)}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
