import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A holder that has not touched its lock for this long is dead. */
const STALE_MS = 20_000
const TOUCH_MS = 4_000
const POLL_MS = 100
const OWNER = 'owner'

/** Settings of waiting for a lock. */
export interface LockOptions {
  /** Called now and then while another process holds the lock. */
  readonly onWait?: () => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs `work` while holding a lock that all processes of this machine respect. The lock is a folder, because creating one is atomic
 * on every file system; its holder touches it, and says who it is, so that a dead one blocks nobody (one of another container: for 20 s). Two processes that take over a stale
 * lock in the same instant may both run: what they do must be atomic in itself, the lock only saves them the double work.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, { onWait, signal }: LockOptions = {}): Promise<T> {
  while (!(await take(path))) {
    onWait?.()
    await delay(POLL_MS, undefined, signal === undefined ? {} : { signal })
  }
  const touch = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), TOUCH_MS)
  try {
    return await work()
  } finally {
    clearInterval(touch)
    await rm(path, { recursive: true, force: true })
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await mkdir(path)
    await writeFile(join(path, OWNER), `${process.pid}`)
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  if (await abandoned(path)) {
    const grave = `${path}.${process.pid}.${Date.now()}`
    await rename(path, grave).catch(() => {})
    await rm(grave, { recursive: true, force: true })
  }
  return false
}

async function abandoned(path: string): Promise<boolean> {
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  const owner = Number(await readFile(join(path, OWNER), 'utf8').catch(() => ''))
  return age > STALE_MS || (owner > 0 && !exists(owner))
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
