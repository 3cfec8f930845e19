import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, extname, join } from 'node:path'
import { OptionError } from '../../errors.ts'

const extension = extname(import.meta.url)
const load = createRequire(import.meta.url)

/**
 * What the file of this name in a folder of units makes by default: so that `eviction: 's3fifo'` needs no import.
 * A bundled agent has no such folder, and gives the unit itself.
 * @param folder beside this one, for example `eviction`
 * @throws OptionError, one sentence, when there is no such file
 */
export function unitNamed(option: string, folder: string, name: string, interfaceName: string): unknown {
  const names = namesIn(folder).filter((known) => known !== interfaceName)
  if (!names.includes(name))
    throw new OptionError(option, name, `${names.map((known) => `'${known}'`).join(', ')} or a value that you import`)
  const module: unknown = load(`../${folder}/${name}${extension}`)
  const make: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined
  return typeof make === 'function' ? make() : undefined
}

function namesIn(folder: string): string[] {
  try {
    const files = readdirSync(join(import.meta.dirname, '..', folder))
    return files.filter((file) => file.endsWith(extension) && !file.endsWith(`.d${extension}`)).map((file) => basename(file, extension))
  } catch {
    return []
  }
}
