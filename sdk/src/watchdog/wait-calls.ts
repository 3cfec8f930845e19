import { ProcFile } from '../sampling/proc-file.ts'

/** Numbers of the system calls `epoll_wait`, `epoll_pwait` and `epoll_pwait2` in Linux, by `process.arch`. */
const WAIT_CALLS: Readonly<Record<string, readonly string[] | undefined>> = {
  x64: ['232', '281', '441'],
  arm64: ['22', '441'],
}
/** Longer than nine numbers of 64 bits. */
const BYTES = 256

/** Tells on Linux whether a thread of this process waits for events, and in which `epoll` descriptor. */
export class WaitCalls {
  readonly #file: ProcFile
  readonly #numbers: readonly string[]

  /** @param thread its number; that of the main thread is the number of the process */
  constructor(thread: number) {
    this.#file = new ProcFile(`/proc/self/task/${thread}/syscall`, BYTES)
    this.#numbers = WAIT_CALLS[process.arch] ?? []
  }

  /** Whether that can be told: only on Linux, where its processor is known and `/proc` can be read. */
  get areKnown(): boolean {
    return this.#numbers.length > 0 && this.#file.read() !== undefined
  }

  /** The descriptor that the thread waits in now; undefined when it runs, or waits for something else. */
  descriptor(): string | undefined {
    const [call = '', descriptor] = this.#file.read()?.split(' ', 2) ?? []
    return this.#numbers.includes(call) ? descriptor : undefined
  }

  close(): void {
    this.#file.close()
  }
}
