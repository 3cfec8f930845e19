import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentEnd, type AgentProcess, startAgent } from '../../support/agent-process.ts'
import { startReceiver } from '../../support/otlp-receiver.ts'

const root = resolve(import.meta.dirname, '../../..')
const pitwall = join(root, 'collector-processor/bin/pitwall.js')

/** What `--json` writes, as far as it is looked at here. */
interface Document {
  readonly command: string
  readonly exitCode: number | null
  readonly signal: string | null
  readonly processes: readonly {
    readonly pid: number
    readonly threadId: number
    readonly command: string
    readonly ended: boolean
    readonly blockedSeconds: number
  }[]
  readonly cpu: readonly { readonly name: string; readonly file: string; readonly seconds: number }[]
  readonly functions: readonly { readonly name: string; readonly calls: number; readonly blockedSeconds: number; readonly where: string }[]
  readonly blocked: readonly { readonly function: string; readonly seconds: number }[]
  readonly caches: readonly { readonly name: string; readonly requests: number }[]
  readonly candidates: readonly { readonly name: string; readonly savedSeconds: number; readonly entries: number }[]
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-test-'))
  await mkdir(join(folder, 'tmp'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Starts `pitwall run` on a program of the given text, in node; the summary goes to stderr, and its document to a file. */
async function start(
  source: string,
  { name = 'agent.mjs', env = {} }: { name?: string; env?: Record<string, string> } = {},
): Promise<AgentProcess> {
  await writeFile(join(folder, name), source)
  return startAgent([pitwall, 'run', '--json', join(folder, 'summary.json'), '--', 'node', join(folder, name), '--flag'], {
    TMPDIR: join(folder, 'tmp'),
    ...env,
  })
}

async function run(source: string, options: Parameters<typeof start>[1] = {}): Promise<AgentEnd & { document: Document }> {
  const end = await (await start(source, options)).end
  const document: Document = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'))
  return { ...end, document }
}

const later = (ms: number) => `await new Promise((resolve) => setTimeout(resolve, ${ms}));`
const importing = `import { profiled } from '@pitwall/sdk';`

describe('pitwall run', () => {
  it('leaves output and arguments to the program, says its summary on stderr and leaves nothing behind', async () => {
    const { code, stdout, stderr, document } = await run(`console.log(process.argv.slice(2)); console.error('own words')`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: "[ '--flag' ]\n" })
    expect(stderr).toMatch(
      /^own words\n\npitwall: node .*agent\.mjs --flag ran .* and ended with code 0\n\nprocess .*\n─.*\nnode agent\.mjs \(\d+\) /,
    )
    expect(stderr).not.toContain('\u001B')
    expect(document).toMatchObject({ exitCode: 0, signal: null, processes: [{ command: 'node agent.mjs', threadId: 0, ended: true }] })
    expect(readdirSync(join(folder, 'tmp'))).toEqual([])
  })

  it('says which functions took the time, which held the loop, and what a cache would have saved', async () => {
    const { stderr, document } = await run(`${importing}
      const embed = profiled(async function embed(text) { ${later(5)} return text.length })
      const rank = profiled(function rank() { const end = performance.now() + 80; while (performance.now() < end); })
      for (let call = 0; call < 60; call++) await embed('text ' + call % 5)
      rank()`)
    expect(document.functions).toMatchObject([
      { name: 'embed', calls: 60 },
      { name: 'rank', calls: 1 },
    ])
    expect(document.functions[1]?.where).toMatch(/agent\.mjs:3$/)
    expect(document.blocked).toMatchObject([{ function: 'rank' }])
    expect(document.candidates).toMatchObject([{ name: 'embed', entries: 5 }])
    expect(document.candidates[0]?.savedSeconds).toBeGreaterThan(0.2)
    expect(stderr).toContain('would have saved')
  })

  it('says where the CPU time went in an agent that knows nothing of it, unless the environment says that it is not to', async () => {
    const source = `function searchAll() { const end = performance.now() + 100; let sum = 0; while (performance.now() < end) for (let n = 0; n < 1e5; n++) sum += Math.sqrt(n); return sum }
      for (let round = 0; round < 25; round++) { searchAll(); ${later(5)} }`
    const { stderr, document } = await run(source)
    expect(document.cpu[0]).toMatchObject({ name: 'searchAll', file: expect.stringMatching(/agent\.mjs$/) })
    expect(document.cpu[0]?.seconds).toBeGreaterThan(1)
    expect(stderr).toMatch(/CPU time in .*\n.*\nsearchAll /)
    expect((await run(source, { env: { PITWALL_CPU_PROFILE: 'false' } })).document.cpu).toEqual([])
  })

  it('sees the caches of an agent that knows nothing of it', async () => {
    const { document } = await run(`import { LRUCache } from 'lru-cache'; ${later(300)}
      const cache = new LRUCache({ max: 10 }); for (let at = 0; at < 40; at++) cache.get(at % 20) ?? cache.set(at % 20, at)`)
    expect(document.caches).toMatchObject([{ requests: 40 }])
    expect(document.functions).toEqual([])
  })

  it.each([
    ['process.exitCode = 3', 3],
    [`setTimeout(() => process.exit(42), 150); setInterval(() => {}, 1000)`, 42],
    [`${later(150)} throw new Error('expected')`, 1],
  ])('ends with the exit code of %s', async (source, expected) => {
    const { code, document } = await run(source)
    expect(code).toBe(expected)
    expect(document).toMatchObject({ exitCode: expected, processes: [{ ended: true }] })
  })

  it.each(['SIGKILL', 'SIGTERM', 'SIGABRT'] as const)(
    'ends by %s where the program did, and says what it knew until then',
    async (name) => {
      const { code, signal, document } = await run(`${importing}
      const work = profiled(function work() {}); work(); ${later(400)} process.kill(process.pid, '${name}'); ${later(5000)}`)
      expect({ code, signal }).toEqual({ code: null, signal: name })
      expect(document).toMatchObject({
        exitCode: null,
        signal: name,
        processes: [{ ended: false }],
        functions: [{ name: 'work', calls: 1 }],
      })
    },
  )

  it('passes a signal on once, and leaves it to the program what comes of it', async () => {
    const agent =
      await start(`let times = 0; process.on('SIGTERM', () => { times++; setTimeout(() => { console.log(times); process.exit(5) }, 200) })
      console.log('ready'); setInterval(() => {}, 1000)`)
    await agent.printed('ready')
    agent.signal('SIGTERM')
    expect(await agent.end).toMatchObject({ code: 5, signal: null, stdout: 'ready\n1\n' })
  })

  it('does not keep a program from being ended by a signal while it is busy', async () => {
    const agent = await start(`console.log('busy'); setTimeout(() => { for (;;); }, 200)`)
    await agent.printed('busy')
    agent.signal('SIGTERM')
    expect(await agent.end).toMatchObject({ code: null, signal: 'SIGTERM' })
  })

  it('passes SIGINT on where no terminal does', async () => {
    const child = spawn(
      process.execPath,
      [
        pitwall,
        'run',
        '--',
        'node',
        '-e',
        `process.on('SIGINT', () => process.exit(9)); console.log('ready'); setInterval(() => {}, 1000)`,
      ],
      {
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([9, null])
  })

  it.skipIf(spawnSync('script', ['--version']).status !== 0)('does not give the program a Ctrl-C twice at a terminal', async () => {
    await writeFile(
      join(folder, 'terminal.mjs'),
      `let times = 0
      process.on('SIGINT', () => { if (++times === 1) setTimeout(() => { console.log('times ' + times + ' ' + process.stdout.isTTY); process.exit(6) }, 300) })
      console.log('ready'); setInterval(() => {}, 1000)`,
    )
    const child = spawn('script', [
      '-qec',
      `${process.execPath} ${pitwall} run node ${join(folder, 'terminal.mjs')}; echo code $?`,
      '/dev/null',
    ])
    let shown = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text
      if (text.includes('ready')) child.stdin.write('\u0003')
    })
    await once(child, 'close')
    expect(shown).toContain('times 1 true')
    expect(shown).toContain('code 6')
    expect(shown).toContain('\u001B[1mpitwall: ')
  })

  it('measures child processes and worker threads as well, also one that is killed, and prints once', async () => {
    const { stderr, stdout, document } = await run(`${importing}
      import { fork } from 'node:child_process'; import { Worker } from 'node:worker_threads'; import { once } from 'node:events'
      const work = profiled(function work() {}); work()
      if (process.argv[2] === 'child') { ${later(500)} process.kill(process.pid, 'SIGKILL') }
      const child = fork(import.meta.filename, ['child'])
      const worker = new Worker("const { profiled } = require('@pitwall/sdk'); profiled(function threaded() {})(); setTimeout(() => {}, 300)", { eval: true })
      await Promise.all([once(child, 'exit'), once(worker, 'exit')]); console.log('done')`)
    expect(stdout).toBe('done\n')
    expect(stderr.split('pitwall: node')).toHaveLength(2)
    expect(document.processes.map(({ threadId, ended }) => [threadId, ended]).toSorted()).toEqual([
      [0, false],
      [0, true],
      [1, true],
    ])
    expect(document.functions.map(({ name, calls }) => [name, calls]).toSorted()).toEqual([
      ['threaded', 1],
      ['work', 2],
    ])
  })

  it('measures what npm, a shell or another program in between starts', async () => {
    await writeFile(join(folder, 'inner.cjs'), `console.log(require.main === module, __filename.endsWith('inner.cjs'))`)
    const file = join(folder, 'shell.json')
    const { stdout } = await startAgent([pitwall, 'run', '--json', file, 'sh', '-c', `node ${join(folder, 'inner.cjs')} && exit 4`]).end
    const document: Document = JSON.parse(await readFile(file, 'utf8'))
    expect(stdout).toBe('true true\n')
    expect(document).toMatchObject({ exitCode: 4, processes: [{ command: 'node inner.cjs' }] })
  })

  it('keeps the NODE_OPTIONS that are there, and leaves alone a child whose agent sets its own', async () => {
    const source = `import { spawnSync } from 'node:child_process'
      console.log(process.env.NODE_OPTIONS.split(' ')[0], process.execArgv.length)
      const env = { ...process.env, NODE_OPTIONS: '--no-warnings' }
      console.log(spawnSync(process.execPath, ['-p', '1 + 1'], { env, encoding: 'utf8' }).stdout.trim())`
    const { stdout, document } = await run(source, { env: { NODE_OPTIONS: '--stack-trace-limit=3' } })
    expect(stdout).toBe('--stack-trace-limit=3 0\n2\n')
    expect(document.processes).toHaveLength(1)
  })

  it('says it all in the outer one, where one runs inside another', async () => {
    const end = await startAgent([pitwall, 'run', pitwall, 'run', '--', 'node', '-e', 'setTimeout(() => {}, 200); process.exitCode = 8'])
      .end
    expect(end.code).toBe(8)
    expect(end.stderr.match(/^pitwall: /gm)).toHaveLength(1)
  })

  it('sends nothing anywhere, unless the environment says where', async () => {
    await using collector = await startReceiver()
    const source = `import { metrics } from '@opentelemetry/api'; console.log('shutdown' in metrics.getMeterProvider()); ${later(200)}`
    const quiet = await run(source)
    expect(quiet.stdout).toBe('false\n')
    expect(quiet.stderr).not.toContain('Collector')
    const sending = await run(source, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } })
    expect(sending.stdout).toBe('true\n')
    expect(collector.received('/v1/metrics', 'pitwall.gc.time')).toBe(true)
  })

  it('leaves an agent that registers the SDK itself its own options', async () => {
    await using collector = await startReceiver()
    const { stderr, document } = await run(
      `import { profiled, register } from '@pitwall/sdk'; const { shutdown } = register({ serviceName: 'its-own-name', exporter: 'otlp' })
       process.env.OTEL_EXPORTER_OTLP_ENDPOINT = '${collector.endpoint}'; profiled(function work() {})(); await shutdown()`,
    )
    expect(stderr).not.toContain('register was called before')
    expect(collector.received('/v1/metrics', 'its-own-name')).toBe(true)
    expect(document.functions).toMatchObject([{ name: 'work' }])
  })

  it('writes its summary to a file instead, and says when it cannot, without changing the exit code', async () => {
    const file = join(folder, 'summary.txt')
    const written = await startAgent([pitwall, 'run', '--output', file, 'node', '-e', 'process.exitCode = 2']).end
    expect(written).toMatchObject({ code: 2, stderr: '' })
    expect(await readFile(file, 'utf8')).toMatch(/^pitwall: node -e process\.exitCode = 2 ran /)
    const failed = await startAgent([pitwall, 'run', '--output', '/no/such/folder', 'node', '-e', '']).end
    expect(failed.code).toBe(0)
    expect(failed.stderr).toMatch(/^pitwall run: --output \/no\/such\/folder could not be written \(ENOENT.*\)\.\n$/)
  })

  it('says what it cannot start, as a shell does', async () => {
    const missing = await startAgent([pitwall, 'run', 'no-such-program']).end
    expect(missing).toMatchObject({ code: 127, stderr: 'pitwall run: no-such-program could not be started (ENOENT).\n' })
    expect(await startAgent([pitwall, 'run', '--', folder]).end).toMatchObject({ code: 126 })
    const nothing = await startAgent([pitwall, 'run']).end
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringMatching(/^pitwall run: what is to be run\?/) })
  })

  it('does not fail under a version of Node that the SDK does not run on', async () => {
    const old = `Object.defineProperty(process.versions, 'node', { value: '18.0.0' })`
    await writeFile(join(folder, 'old.cjs'), old)
    const { code, stderr } = await startAgent(['--require', join(folder, 'old.cjs'), '--require', join(root, 'sdk/attach.cjs'), '-e', ''], {
      PITWALL_SUMMARY_FOLDER: join(folder, 'tmp'),
    }).end
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(existsSync(join(folder, 'tmp')) && readdirSync(join(folder, 'tmp'))).toEqual([])
  })
})
