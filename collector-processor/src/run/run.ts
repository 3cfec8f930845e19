import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandIo } from '../commands/command.ts'
import { attached, isAttached } from './attach.ts'
import { endLike, launch } from './launch.ts'
import { takeSummaries } from './summary-files.ts'
import { summaryDocument, summaryText } from './summary.ts'
import { Totals } from './totals.ts'

/** Time between two looks for processes that have ended, so that many short ones do not fill the folder. */
const SWEEP_MS = 1_000

/** What `pitwall run` was told. */
export interface RunOptions {
  readonly command: string
  readonly args: readonly string[]
  /** File for the JSON document, and for the text instead of the standard error output. */
  readonly jsonFile: string | undefined
  readonly textFile: string | undefined
}

/** Runs a program with the SDK in all of its Node.js processes, says what they knew, and ends as the program did. */
export async function run(options: RunOptions, io: CommandIo): Promise<number> {
  const { command, args } = options
  // The one around this one says it all.
  if (isAttached(io.env)) return endLike(await launch(command, args, { ...io.env }))
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-run-'))
  const totals = new Totals()
  const take = (which: 'ended' | 'all') => takeSummaries(folder, which, (summary) => totals.add(summary)).catch(() => {})
  const started = performance.now()
  let sweep = Promise.resolve()
  const sweeps = setInterval(() => (sweep = sweep.then(() => take('ended'))), SWEEP_MS)
  const end = await launch(command, args, attached(io.env, folder))
  clearInterval(sweeps)
  await sweep
  await take('all')
  await rm(folder, { recursive: true, force: true })
  if (end.kind === 'not started') io.err(`pitwall run: ${command} could not be started (${end.error.code ?? end.error.message}).\n`)
  else await publish({ command: [command, ...args].join(' '), seconds: (performance.now() - started) / 1_000, end, totals }, options, io)
  return endLike(end)
}

async function publish(over: Parameters<typeof summaryText>[0], { jsonFile, textFile }: RunOptions, io: CommandIo): Promise<void> {
  const colour = process.stderr.isTTY === true && io.env['NO_COLOR'] === undefined
  if (textFile === undefined) io.err(`\n${summaryText(over, { colour })}`)
  else await write('--output', textFile, summaryText(over, {}), io)
  if (jsonFile !== undefined) await write('--json', jsonFile, `${JSON.stringify(summaryDocument(over), undefined, 2)}\n`, io)
}

/** A file that cannot be written is said, and changes nothing in how the program ended. */
async function write(option: string, path: string, text: string, io: CommandIo): Promise<void> {
  await writeFile(path, text).catch((error: unknown) => {
    io.err(`pitwall run: ${option} ${path} could not be written (${error instanceof Error ? error.message : String(error)}).\n`)
  })
}
