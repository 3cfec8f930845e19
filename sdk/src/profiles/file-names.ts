import { isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder that packages are installed in; the last one on a path counts. */
const INSTALLED = /^.*[\\/]node_modules[\\/]/

/** Texts that are code, evaluated or imported, and may hold anything: only their kind is told. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i

/** Path of a script on disk; undefined for what is no file. */
export function scriptPath(url: string): string | undefined {
  if (!url.startsWith('file:')) return isAbsolute(url) ? url : undefined
  try {
    return fileURLToPath(url.replace(/[?#].*$/s, ''))
  } catch {
    return undefined
  }
}

/**
 * Name of a script in metrics and profiles, with forward slashes: relative to the folder where it is inside, `package/path`
 * where it is installed, `node:…` of Node.js. Of anything else not its whole path is told: the last two parts of it, or the kind of its address.
 * @returns undefined for native code
 */
export function scriptName(url: string, folder: string): string | undefined {
  if (url === '' || url.startsWith('node:')) return url === '' ? undefined : url
  const path = scriptPath(url)
  if (path !== undefined) return pathName(path, folder)
  const [, scheme] = SCHEME.exec(url) ?? []
  return scheme === undefined ? 'evaluated' : `${scheme}:`
}

/** The same for a path. */
export function pathName(path: string, folder: string): string {
  if (INSTALLED.test(path)) return path.replace(INSTALLED, '').split(sep).join('/')
  const fromHere = relative(folder, path)
  const inside = !fromHere.startsWith('..') && !isAbsolute(fromHere)
  return (inside ? fromHere.split(sep) : path.split(sep).slice(-2)).join('/')
}

/** Whether a script belongs to an installed package. */
export function isInstalled(path: string): boolean {
  return INSTALLED.test(path)
}
