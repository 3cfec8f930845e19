import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The published package carries copies in `shipped/`; in the repository the files stand where their readers look for them. */
const packaged = fileURLToPath(new URL('../../shipped/', import.meta.url))
const repository = fileURLToPath(new URL('../../../', import.meta.url))

/** Path of a file of ours that servers read, given its path in the repository. Throws when the package is incomplete. */
export function shippedFile(path: string): string {
  const found = [join(repository, path), join(packaged, path)].find((candidate) => existsSync(candidate))
  if (found === undefined) throw new Error(`${path} is missing from this installation of @pitwall/collector-processor; install it again.`)
  return found
}

/** The alert rules that come with Pitwall. */
export function shippedRules(): string[] {
  const folder = [join(repository, 'docker/rules'), join(packaged, 'docker/rules')].find((candidate) => existsSync(candidate))
  if (folder === undefined) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => join(folder, file))
}
