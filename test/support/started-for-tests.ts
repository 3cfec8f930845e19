import { afterAll, beforeAll } from 'vitest'

/** What a server may take to be there: the first time on a machine it is installed. */
const INSTALL_MS = 600_000

/** Something that is started before the tests of a file and stopped after them; the function gives it to them. */
export function startedForTests<T extends { stop(): Promise<void> }>(what: string, start: () => Promise<T>): () => T {
  let started: T | undefined
  beforeAll(async () => {
    started = await start()
  }, INSTALL_MS)
  afterAll(async () => {
    await started?.stop()
  })
  return () => {
    if (started === undefined) throw new Error(`${what} is there inside tests only`)
    return started
  }
}
