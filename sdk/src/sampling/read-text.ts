import { existsSync, readFileSync } from 'node:fs'

/** Text of a small file of the system, or undefined where there is none, or it may not be read. */
export type ReadText = (path: string) => string | undefined

/** Reads from the real file system. */
export const readText: ReadText = (path) => {
  // Asking first is ten times cheaper than the error.
  if (!existsSync(path)) return undefined
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

/** The number behind a name at the beginning of a line, as `/proc` writes them: `name: 12`, `name 12`. */
export function numberAfter(name: string, text: string | undefined): number | undefined {
  const digits = text === undefined ? undefined : new RegExp(`^${name}:?\\s+(\\d+)`, 'm').exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
