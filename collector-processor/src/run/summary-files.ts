import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessSummary } from '@pitwall/sdk/contract'
import { z } from 'zod'

/** A summary of 500 functions has 0.5 MB. */
const MAX_BYTES = 8 * 2 ** 20

/** Files of processes and threads that run, or were killed, and of those that came to their end. */
const FILE = /^(\d+)-.*\.(live|json)$/

const number = z.number().finite()

const summarySchema: z.ZodType<ProcessSummary> = z.object({
  pid: number,
  threadId: number,
  command: z.string().max(1_024),
  startedAt: number,
  lived: number,
  loading: number.exactOptional(),
  active: number,
  waiting: number,
  cpu: number.exactOptional(),
  maxMemory: number.exactOptional(),
  ended: z.boolean(),
  points: z.array(
    z.object({
      metric: z.string(),
      kind: z.enum(['counter', 'gauge', 'updowncounter', 'histogram']),
      attributes: z.record(z.string(), z.union([z.string(), number])),
      value: number,
      counts: z.array(number).exactOptional(),
    }),
  ),
})

/**
 * Takes summaries out of the folder that processes keep them in, and gives each to `onSummary` once: those of processes that have
 * ended, in whatever way, or all of them.
 * @param isAlive whether a process with this id runs
 */
export async function takeSummaries(
  folder: string,
  which: 'ended' | 'all',
  onSummary: (summary: ProcessSummary) => void,
  isAlive: (pid: number) => boolean = processIsAlive,
): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid, state] = FILE.exec(name) ?? []
    if (pid === undefined || (which === 'ended' && state === 'live' && isAlive(Number(pid)))) continue
    const path = join(folder, name)
    const summary = await readSummary(path)
    await rm(path, { force: true })
    if (summary !== undefined) onSummary(summary)
  }
}

/** Undefined where there is no summary: the folder is open to the agent, which may write anything there. */
async function readSummary(path: string): Promise<ProcessSummary | undefined> {
  let file: FileHandle | undefined
  try {
    file = await open(path)
    if ((await file.stat()).size > MAX_BYTES) return undefined
    return summarySchema.parse(JSON.parse(await file.readFile('utf8')))
  } catch {
    return undefined
  } finally {
    await file?.close()
  }
}

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
