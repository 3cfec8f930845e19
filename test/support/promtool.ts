import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../../collector-processor/src/servers/find-program.ts'
import { prometheus } from '../../collector-processor/src/servers/prometheus.ts'
import { prometheus3 } from './prometheus3.ts'

const exec = promisify(execFile)

/** A promtool and the environment that it needs. */
export interface Promtool {
  readonly program: string
  readonly env: NodeJS.ProcessEnv
}

let found: Promise<readonly Promtool[]> | undefined

/** The real promtools, which come with every Prometheus: that of the tests, and that of Prometheus 3 where there is one. */
export async function promtools(): Promise<readonly Promtool[]> {
  const { program, env } = await findProgram(prometheus)
  const newer = await prometheus3()
  return [...new Set([program, newer ?? program])].map((server) => {
    const promtool = join(dirname(server), 'promtool')
    if (!existsSync(promtool))
      throw new Error(`There is no promtool beside ${server}; point PITWALL_PROMETHEUS to a complete installation.`)
    return { program: promtool, env: { ...process.env, ...env } }
  })
}

/** Runs every promtool; resolves to what they printed, rejects with it when one fails. */
export async function promtool(...args: readonly string[]): Promise<readonly string[]> {
  found ??= promtools()
  return Promise.all(
    (await found).map(async ({ program, env }) => {
      const { stdout, stderr } = await exec(program, args, { env })
      return stdout + stderr
    }),
  )
}

/** Runs `promtool test rules` on one document; JSON is YAML. */
export async function testRules(document: unknown): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-rules-'))
  try {
    const file = join(folder, 'test.yaml')
    await writeFile(file, JSON.stringify(document))
    return await promtool('test', 'rules', file)
  } finally {
    await rm(folder, { recursive: true })
  }
}
