import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OfficialRelease } from '../../collector-processor/src/servers/install/download.ts'
import type { ServerDefinition } from '../../collector-processor/src/servers/definition.ts'

/** What a release server answers, by path; anything else is 404. `undefined` never answers. */
type Answers = Record<string, Buffer | string | undefined>

/** A host with the paths of GitHub's releases, on loopback. */
export interface ReleaseServer {
  readonly base: string
  readonly answers: Answers
  /** Paths that were asked for, in order. */
  readonly asked: string[]
  close(): Promise<void>
}

/** Serves one release of a program `fake` that prints its version; change `answers` to break it. */
export async function serveRelease(): Promise<ReleaseServer> {
  const archive = fakeArchive()
  const checksum = createHash('sha256').update(archive).digest('hex')
  const answers: Answers = {
    '/acme/fake/releases/download/v1.2.3/fake-1.2.3.tar.gz': archive,
    '/acme/fake/releases/download/v1.2.3/sums.txt': `${'0'.repeat(64)}  other.tar.gz\n${checksum}  fake-1.2.3.tar.gz\n`,
  }
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    if (!(url in answers)) response.writeHead(404)
    else if (answers[url] === undefined) return
    response.end(answers[url])
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    })
  return { base: `http://127.0.0.1:${address.port}`, answers, asked, close }
}

/** The release that `serveRelease` serves, the same for every platform. */
export const fakeRelease: OfficialRelease = {
  repository: 'acme/fake',
  version: '1.2.3',
  archive: () => 'fake-1.2.3.tar.gz',
  checksums: 'sums.txt',
  program: () => 'fake-1.2.3/fake',
}

/** A server that can only be downloaded, and is never started. */
export const fakeServer: ServerDefinition = {
  name: 'redis',
  variable: 'PITWALL_FAKE',
  programs: ['fake'],
  minimumVersion: '1.0.0',
  versionArguments: ['--version'],
  release: fakeRelease,
  advice: 'install fake 1 or newer',
  listens: ['redis'],
  scheme: 'redis',
  launch: () => Promise.reject(new Error('it is never started')),
}

/** A shell script that prints a version as servers do. */
export const fakeProgram = (version: string): string => `#!/bin/sh\necho "fake, version ${version} (build 7)"\n`

function fakeArchive(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'pitwall-release-'))
  mkdirSync(join(folder, 'fake-1.2.3'))
  writeFileSync(join(folder, 'fake-1.2.3', 'fake'), fakeProgram('1.2.3'), { mode: 0o755 })
  spawnSync('tar', ['-czf', join(folder, 'archive'), '-C', folder, 'fake-1.2.3'])
  const archive = readFileSync(join(folder, 'archive'))
  rmSync(folder, { recursive: true })
  return archive
}
