import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Path of a program that can be run, looked for as a shell would; undefined when there is none. */
export function programOnPath(name: string, env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(runnable)
}

/** Whether the path is a file that this user may run. */
export function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
