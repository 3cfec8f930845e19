const STOPPED = 0
const CPU = 1
/** Of the 32-bit numbers in the same memory: behind the two above, which have 64 bits. */
const ATTACHED = 4
const WAITING = 5
const NEVER = 6

const NANOSECONDS = 1e6

/**
 * What the agent's thread and the watchdog's tell each other without waking each other. Times are milliseconds on the
 * monotonic clock of the system, which both threads share; `performance.now()` begins at another moment in each.
 */
export class SharedMemory {
  readonly buffer: SharedArrayBuffer
  readonly #times: BigInt64Array
  readonly #flags: Int32Array

  /** @param buffer what the other thread has made; default: new memory, all zero */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(32)) {
    this.buffer = buffer
    this.#times = new BigInt64Array(buffer)
    this.#flags = new Int32Array(buffer)
  }

  /** Time that not even the watchdog's thread could run, since it began: the process was stopped, or got no processor. */
  get stoppedMs(): number {
    return this.#read(STOPPED)
  }

  set stoppedMs(milliseconds: number) {
    this.#write(STOPPED, milliseconds)
  }

  /** Processor time that the watchdog's thread has used; 0 where the system does not tell. */
  get threadCpuMs(): number {
    return this.#read(CPU)
  }

  set threadCpuMs(milliseconds: number) {
    this.#write(CPU, milliseconds)
  }

  /** Whether the watchdog's thread is looking at the agent's now. */
  set attached(attached: boolean) {
    Atomics.store(this.#flags, ATTACHED, attached ? 1 : 0)
    Atomics.notify(this.#flags, ATTACHED)
  }

  /** Whether the last look has found that the agent's loop waits for events. */
  get foundWaiting(): boolean {
    return Atomics.load(this.#flags, WAITING) === 1
  }

  set foundWaiting(found: boolean) {
    Atomics.store(this.#flags, WAITING, found ? 1 : 0)
  }

  /** Holds this thread until the other one no longer looks, or for so many milliseconds. */
  waitUntilDetached(milliseconds: number): void {
    Atomics.wait(this.#flags, ATTACHED, 1, milliseconds)
  }

  /** Holds this thread for so long; it takes a third of the processor time of a timer. */
  sleep(milliseconds: number): void {
    Atomics.wait(this.#flags, NEVER, 0, milliseconds)
  }

  #read(index: number): number {
    return Number(Atomics.load(this.#times, index)) / NANOSECONDS
  }

  #write(index: number, milliseconds: number): void {
    Atomics.store(this.#times, index, BigInt(Math.round(milliseconds * NANOSECONDS)))
  }
}

/** The monotonic clock of the system, in milliseconds. */
export function systemNow(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000 + nanoseconds / NANOSECONDS
}
