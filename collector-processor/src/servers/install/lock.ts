import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

/** A holder that has not touched its lock for this long is dead. */
const STALE_MS = 20_000
const TOUCH_MS = 4_000
const POLL_MS = 250

/** Settings of waiting for a lock. */
export interface LockOptions {
  /** Called now and then while another process holds the lock. */
  readonly onWait?: () => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs `work` while holding a lock that all processes of this machine respect. The lock is a folder, because creating one is atomic
 * on every file system; its holder touches it, so that a killed holder blocks others for at most 20 s. Two processes that take over a stale
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
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  if (age > STALE_MS) {
    const grave = `${path}.${process.pid}.${Date.now()}`
    await rename(path, grave).catch(() => {})
    await rm(grave, { recursive: true, force: true })
  }
  return false
}
