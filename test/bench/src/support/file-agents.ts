import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../../..')

/** How each of these programs begins: its arguments are the folder of the cache and a word. */
const head = `
import { writeSync } from 'node:fs'
import { cached, createCache } from '@pitwall/sdk'
import { file } from '@pitwall/sdk/backends/file'
import { hybrid } from '@pitwall/sdk/backends/hybrid'
import { memory } from '@pitwall/sdk/backends/memory'
import { diag, DiagConsoleLogger, DiagLogLevel } from '@opentelemetry/api'
diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const [, path, word] = process.argv
const now = () => performance.timeOrigin + performance.now()
// At once: what is said before SIGKILL is said.
const say = (...words) => writeSync(1, words.join(' ') + '\\n')
`

/** Keys that each writer has to itself. */
export const KEYS = 40

/** The text of a version of a key: of any length up to 40 kB, and it says what it is. */
const textOf = `const textOf = (key, version) => (key + ' ' + version + ' ').repeat(1 + (version * 7919) % 2000)`

/** Sets and removes its own keys, and says what was done: 'key version', version 0 for a removal. */
export const writer = `${textOf}
const cache = createCache({ name: 'bench', backend: file({ path, timeout: '10s' }) })
for (let version = 1; ; version++) {
  const key = word + (version * 31) % ${KEYS}
  const removes = version % 7 === 0
  if (removes) await cache.delete(key)
  else await cache.set(key, { key, version, text: textOf(key, version) })
  say(key, removes ? 0 : version, version)
}`

/** Reads all keys, and says when one is not what a writer can have written. */
export const reader = `${textOf}
const cache = createCache({ name: 'bench', backend: file({ path, timeout: '10s' }) })
for (let turn = 0; ; turn++) {
  const key = 'ab'[turn % 2] + (turn >> 1) % ${KEYS}
  const value = await cache.get(key)
  if (value !== undefined && (value.key !== key || value.text !== textOf(key, value.version))) say('corrupt', key)
  if (turn % 80 === 0) say('read')
}`

/** Looks at all keys after a crash: says 'key version' of each that is there, or 'key corrupt'. */
export const survey = `${textOf}
const cache = createCache({ name: 'bench', backend: file({ path, timeout: '10s' }) })
for (const who of 'ab') for (let index = 0; index < ${KEYS}; index++) {
  const key = who + index
  const value = await cache.get(key)
  if (value !== undefined) say(key, value.key === key && value.text === textOf(key, value.version) ? value.version : 'corrupt')
}
await cache.close()`

/** Asks for more than a full disk takes, and says how many callers saw an error or a wrong answer. */
export const filler = `
process.on('SIGXFSZ', () => {})
let [version, errors, wrong] = [1, 0, 0]
const ask = cached(async (key) => ({ key, version, text: 'x'.repeat(20_000) }), { name: 'full', backend: file({ path: path + '/cache' }) })
for (let turn = 0; turn < 2_000; turn++) {
  const key = 'key ' + turn % 500
  try {
    if ((await ask(key)).key !== key) wrong++
    if (turn % 10 !== 0) continue
    version = turn + 2
    await ask.invalidate(key)
    if ((await ask(key)).version !== version) wrong++
  } catch { errors++ }
}
say(errors + wrong, 'of', 2_200)`

/** Has every key that it is told in memory, and says when each is gone from there. */
export const front = `
const cache = createCache({ name: 'bench', backend: hybrid({ front: memory(), back: file({ path }) }) })
const has = (key) => [...cache.entries()].some((entry) => entry.key === key)
const turn = () => new Promise((resolve) => setTimeout(resolve, 0))
process.on('message', async (key) => {
  do { await cache.get(key); await turn() } while (!has(key))
  process.send('has')
  while (has(key)) await turn()
  process.send(now())
})
await cache.get('nothing')
process.send('ready')`

/** Waits for a word, then asks for that key a thousand times at once; says how often it loaded, and when all were answered. */
export const caller = `
let [loads, loadedAt] = [0, 0]
const load = async (key) => { loads++; await new Promise((resolve) => setTimeout(resolve, 200)); loadedAt = now(); return { key } }
const ask = cached(load, { name: 'once', lock: 'distributed', backend: file({ path }) })
process.on('message', async (key) => {
  loads = loadedAt = 0
  await Promise.all(Array.from({ length: 1_000 }, () => ask(key)))
  process.send({ loads, loadedAt, answeredAt: now() })
})
await ask.peek('nothing')
process.send('ready')`

/** Starts one of these programs; it can send and be sent messages. */
export function start(program: string, folder: string, word: string = ''): ChildProcess {
  const args = ['--input-type=module', '--eval', head + program, folder, word]
  return spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
}

/** Runs one to its end; with a shell before it, that is given the command as its arguments. */
export function run(program: string, folder: string, shell: readonly string[] = []): { stdout: string; stderr: string } {
  const command = [...shell, process.execPath, '--input-type=module', '--eval', head + program, folder]
  const [first = '', ...args] = command
  const { stdout, stderr, status } = spawnSync(first, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (status !== 0) throw new Error(`A process of this benchmark failed: ${stderr}`)
  return { stdout, stderr }
}

/** The next message of a process. */
export async function message<T>(child: ChildProcess): Promise<T> {
  const [value]: T[] = await once(child, 'message')
  if (value === undefined) throw new Error('A process of this benchmark said nothing.')
  return value
}
