import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LaunchContext, ServerDefinition } from './definition.ts'
import type { FoundProgram } from './find-program.ts'
import { lastLine } from './install/run.ts'
import { until } from './ready.ts'
import { type Supervised, supervise } from './supervise.ts'

/** A server that answers. */
export interface StartedServer {
  readonly definition: ServerDefinition
  readonly found: FoundProgram
  readonly context: LaunchContext
  readonly process: Supervised
}

/** A server that did not come up. */
export class StartError extends Error {
  override readonly name = 'StartError'
  /** Whether somebody else took one of its ports: then it is worth trying again with others. */
  readonly portTaken: boolean

  constructor(message: string, portTaken: boolean) {
    super(message)
    this.portTaken = portTaken
  }
}

const READY_MS = 30_000

/** Starts a server and waits until it is ready. Rejects with a `StartError` that quotes the server when it does not come up. */
export async function startServer(
  definition: ServerDefinition,
  found: FoundProgram,
  context: LaunchContext,
  env: Readonly<Record<string, string | undefined>>,
): Promise<StartedServer> {
  await mkdir(context.folder, { recursive: true })
  const launch = await definition.launch(context)
  const log = join(context.folder, '..', `${definition.name}.log`)
  const process = supervise(found.program, launch.args, {
    env: { ...env, ...found.env, ...launch.env },
    cwd: found.cwd ?? context.folder,
    log,
  })
  const aborted = (): boolean => context.options.signal?.aborted === true
  const ready = await until(launch.ready, READY_MS, () => process.ended() !== undefined || aborted())
  if (ready && process.ended() === undefined) return { definition, found, context, process }
  const ended = process.ended()
  await process.stop()
  context.options.signal?.throwIfAborted()
  const said = await process.logTail()
  const how = ended === undefined ? `did not answer within ${READY_MS / 1000} s` : `ended at once (${ended})`
  throw new StartError(
    `${definition.name} (${found.program}) ${how}; its last words: ${lastLine(said).slice(0, 300)} (${log})`,
    /address already in use/i.test(said),
  )
}
