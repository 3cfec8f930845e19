import { callStack } from '../sampling/call-stack.ts'
import type { CallStatistics } from '../sampling/call-statistics.ts'
import { isPlainPromise, passedOn } from '../sampling/outcome.ts'

const STEPS = ['next', 'return', 'throw'] as const

/**
 * Makes a generator by a call, and measures its body: the time of all its steps together, without what its consumer does between
 * them. It is counted when the body is over, also by `return`, which `break` calls; one that is dropped is not. Steps of an asynchronous
 * one last until their promises are settled, and hold the event loop at least until they first wait.
 * @returns the very generator that the call made
 */
export function measuredGenerator(statistics: CallStatistics, call: () => unknown): unknown {
  const body = new Body(statistics)
  const generator = body.step(call)
  if (typeof generator !== 'object' || generator === null) return generator
  for (const name of STEPS) {
    const step: unknown = Reflect.get(generator, name)
    if (typeof step !== 'function') continue
    const { value } = {
      value(this: unknown, _given?: unknown): unknown {
        return body.step(() => Reflect.apply(step, this, arguments))
      },
    }
    Reflect.defineProperty(value, 'name', { value: name, configurable: true })
    Reflect.defineProperty(value, 'length', { value: 1, configurable: true })
    Reflect.defineProperty(generator, name, { value, writable: true, configurable: true })
  }
  return generator
}

/** The time that the body of one generator has taken. */
class Body {
  readonly #statistics: CallStatistics
  #ms = 0
  #longestMs = 0
  #isOver = false
  /** Steps that are waited for, and since when there is any. */
  #waiting = 0
  #waitingSince = 0

  constructor(statistics: CallStatistics) {
    this.#statistics = statistics
  }

  step(run: () => unknown): unknown {
    if (this.#isOver) return run()
    const place = this.#statistics.begin()
    let result: unknown
    try {
      result = run()
    } catch (error) {
      this.#ms += this.#part(place)
      this.#over(true)
      throw error
    }
    const segmentMs = this.#part(place)
    if (isPlainPromise(result)) return this.#wait(result, callStack.starts[place] ?? this.#statistics.clock.now())
    this.#ms += segmentMs
    if (isLast(result)) this.#over(false)
    return result
  }

  #part(place: number): number {
    const milliseconds = Math.max(0, this.#statistics.parted(place, true))
    this.#longestMs = Math.max(this.#longestMs, milliseconds)
    return milliseconds
  }

  /** Steps that are asked for while another one is waited for come after it: their times are not added. */
  #wait(result: Promise<unknown>, start: number): unknown {
    if (this.#waiting++ === 0) this.#waitingSince = start
    const settled = (failed: boolean, isEnd: boolean) => {
      this.#waiting--
      const now = this.#statistics.clock.now()
      if (this.#waiting === 0 || isEnd) this.#ms += now - this.#waitingSince
      if (isEnd) this.#over(failed)
    }
    return passedOn(
      result,
      (value) => settled(false, isLast(value)),
      () => settled(true, true),
    )
  }

  #over(failed: boolean): void {
    if (this.#isOver) return
    this.#isOver = true
    if (failed) this.#statistics.errors++
    this.#statistics.settled(0, this.#longestMs, this.#ms)
  }
}

/** Whether a step was the last one, as iterators say it. */
function isLast(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'done' in result && result.done === true
}
