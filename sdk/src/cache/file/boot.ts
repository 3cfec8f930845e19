import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

const HOUR_MS = 3_600_000

/** Names the start of this machine: what was not yet on its disk then is lost. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return String(Math.round((Date.now() - uptime() * 1_000) / HOUR_MS))
  }
}
