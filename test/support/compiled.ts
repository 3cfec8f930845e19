import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll } from 'vitest'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')

/** A folder outside of the repository where programs are compiled as an agent's are, by TypeScript, and run on the built packages. */
export interface CompilerFolder {
  readonly path: string
  /** Type-checks and compiles a file, each option of the compiler as it is written on the command line, and returns where it went. */
  compile(source: string, ...options: string[]): Promise<string>
  /** The same for text under a file name. */
  compileText(name: string, text: string): Promise<string>
  /** Runs a program to its end, in the folder, and returns what it printed. */
  run(program: string, ...nodeOptions: string[]): Promise<string>
}

/** One such folder for the tests of this file. */
export function useCompiler(): () => CompilerFolder {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitwall-compiled-'))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const options =
    '--ignoreConfig --target es2024 --lib es2024,esnext.disposable --module nodenext --types node --strict --skipLibCheck --sourceMap'
  const compile = async (source: string, ...more: string[]): Promise<string> => {
    const output = await mkdtemp(join(folder, 'out-'))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const settings = [...options.split(' '), ...more, '--outDir', output]
    await run(process.execPath, [compiler, source, ...settings], { cwd: folder }).catch((error: Error & { stdout?: string }) => {
      throw new Error(`TypeScript refuses ${source}:\n${error.stdout ?? error.message}`)
    })
    return join(output, `${basename(source, '.ts')}.js`)
  }
  return () => ({
    path: folder,
    compile,
    async compileText(name, text) {
      const source = join(folder, name)
      await writeFile(source, text)
      return compile(source)
    },
    async run(program, ...nodeOptions) {
      const { stdout } = await run(process.execPath, ['--enable-source-maps', ...nodeOptions, program], { cwd: folder })
      return stdout
    },
  })
}
