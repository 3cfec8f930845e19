import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../../collector-processor/src/servers/find-program.ts'
import { prometheus } from '../../collector-processor/src/servers/prometheus.ts'

const exec = promisify(execFile)
let found: Promise<{ promtool: string; env: Readonly<Record<string, string>> }> | undefined

/** The real promtool, which every package of Prometheus brings along. */
export async function promtoolProgram(): Promise<{ promtool: string; env: Readonly<Record<string, string>> }> {
  const { program, env } = await findProgram(prometheus)
  const promtool = join(dirname(program), 'promtool')
  if (!existsSync(promtool)) throw new Error(`There is no promtool beside ${program}; point PITWALL_PROMETHEUS to a complete installation.`)
  return { promtool, env }
}

/** Runs promtool; resolves to what it printed, rejects with it when it fails. */
export async function promtool(...args: readonly string[]): Promise<string> {
  found ??= promtoolProgram()
  const { promtool: program, env } = await found
  const { stdout, stderr } = await exec(program, args, { env: { ...process.env, ...env } })
  return stdout + stderr
}

/** Runs `promtool test rules` on one document; JSON is YAML. */
export async function testRules(document: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-rules-'))
  try {
    const file = join(folder, 'test.yaml')
    await writeFile(file, JSON.stringify(document))
    return await promtool('test', 'rules', file)
  } finally {
    await rm(folder, { recursive: true })
  }
}
