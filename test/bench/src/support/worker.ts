import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** What a process can be asked to do, by name. Arguments and answers are plain data. */
export type Service = Readonly<Record<string, (...args: never[]) => unknown>>

interface Question {
  readonly id: number
  readonly name: string
  readonly args: readonly never[]
}

/** A process of its own: `new Worker<typeof service>('NAME')` runs the file of that name in this folder, which calls `serve(service)`. */
export class Worker<S extends Service> {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (reply: string) => void>()
  #asked = 0

  /** @param execArgv options of Node.js, for example `--expose-gc` */
  constructor(file: string, args: readonly string[] = [], execArgv: readonly string[] = []) {
    this.#child = fork(join(import.meta.dirname, `${file}.js`), [...args], { execArgv: [...execArgv] })
    this.#child.on('message', (message) => {
      const reply = String(message)
      const { id }: { id: number } = JSON.parse(reply)
      this.#waiting.get(id)?.(reply)
      this.#waiting.delete(id)
    })
    this.#child.once('exit', () => {
      const reply = JSON.stringify({ error: `The process '${file}' ended before it answered.` })
      for (const settle of this.#waiting.values()) settle(reply)
      this.#waiting.clear()
    })
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** Has it done there; rejects when it throws there, or when the process ends before. */
  ask<N extends keyof S & string>(name: N, ...args: Parameters<S[N]>): Promise<Awaited<ReturnType<S[N]>>> {
    const id = ++this.#asked
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (reply) => {
        const { answer, error }: { answer: Awaited<ReturnType<S[N]>>; error?: string } = JSON.parse(reply)
        if (error === undefined) resolve(answer)
        else reject(new Error(error))
      })
      this.#child.send(JSON.stringify({ id, name, args }))
    })
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}

/** Lets this process do what it is asked to, until the one that started it ends. */
export function serve(service: Service): void {
  process.on('disconnect', () => process.exit())
  process.on('message', (message) => void reply(service, JSON.parse(String(message))))
}

async function reply(service: Service, { id, name, args }: Question): Promise<void> {
  try {
    const answer = await service[name]?.(...args)
    process.send?.(JSON.stringify({ id, answer }))
  } catch (error) {
    process.send?.(JSON.stringify({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }))
  }
}
