import { accessSync, constants, mkdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Folder where installed servers are kept: `PITWALL_CACHE_DIR`, else `$XDG_CACHE_HOME/pitwall`, else `~/.cache/pitwall`.
 * A user without a home of their own gets a folder in the temporary directory. Created when absent.
 */
export function cacheFolder(env: Environment = process.env): string {
  const explicit = env['PITWALL_CACHE_DIR']
  if (explicit !== undefined && explicit !== '') {
    mkdirSync(explicit, { recursive: true })
    return explicit
  }
  const base = env['XDG_CACHE_HOME'] || (env['HOME'] ? join(env['HOME'], '.cache') : undefined)
  if (base !== undefined && writable(join(base, 'pitwall'))) return join(base, 'pitwall')
  const fallback = join(tmpdir(), `pitwall-cache-${userInfo().uid}`)
  mkdirSync(fallback, { recursive: true, mode: 0o700 })
  return fallback
}

function writable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
