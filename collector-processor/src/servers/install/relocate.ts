import { open } from 'node:fs/promises'

/**
 * Makes a program that was built for a fixed folder below `/usr` look for it below its working directory instead. Go keeps strings by length,
 * so the path keeps its length: `/usr/share/x/y` becomes `usr/share/x//y`. (Conda moves binaries in the same way.)
 * Returns how often the path was found.
 */
export async function relocate(program: string, path: string): Promise<number> {
  const last = path.lastIndexOf('/')
  const relative = `${path.slice(1, last)}/${path.slice(last)}`
  const file = await open(program, 'r+')
  try {
    const bytes = await file.readFile()
    const wanted = Buffer.from(path)
    let count = 0
    for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + wanted.length)) {
      await file.write(Buffer.from(relative), 0, relative.length, at)
      count++
    }
    return count
  } finally {
    await file.close()
  }
}
