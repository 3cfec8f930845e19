import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'

/** Version of an installed package. */
export function versionOf(name: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(findPackageJSON(name, import.meta.url) ?? '', 'utf8'))
  return version
}
