import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { currentCall, type FollowedCall, FollowedFunction } from '../../../sdk/src/sampling/followed-call.ts'
import { OnLoopRecorder } from '../../../sdk/src/sampling/on-loop-recorder.ts'
import { SegmentRing } from '../../../sdk/src/sampling/segment-ring.ts'
import { ManualClock } from '../../support/clock.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

type Step =
  | { readonly kind: 'work'; readonly ms: number }
  | { readonly kind: 'call'; readonly of: number; readonly steps: readonly Step[]; readonly isSync: boolean }
  | { readonly kind: 'task'; readonly owner: number; readonly steps: readonly Step[] }
  | { readonly kind: 'end'; readonly which: number }
  | { readonly kind: 'window' }

/** What runs without a break: a reaction, a timer, a callback; or what goes on after an `await` that V8 tells nothing of. */
interface Task {
  readonly owner: number
  readonly isTold: boolean
  readonly idleMs: number
  readonly steps: readonly Step[]
}

const { tree: steps } = fc.letrec<{ tree: Step[]; step: Step }>((tie) => ({
  tree: fc.array(tie('step'), { maxLength: 4 }),
  step: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constant('work' as const), ms: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ kind: fc.constant('end' as const), which: fc.nat(30) }),
    fc.record({ kind: fc.constant('call' as const), of: fc.nat(2), steps: tie('tree'), isSync: fc.boolean() }),
    fc.record({ kind: fc.constant('task' as const), owner: fc.nat(30), steps: tie('tree') }),
  ),
}))
const task: fc.Arbitrary<Task> = fc.record({ owner: fc.nat(30), isTold: fc.boolean(), idleMs: fc.nat(20), steps })
const toggle: fc.Arbitrary<Task> = fc.constant({ owner: 0, isTold: true, idleMs: 3, steps: [{ kind: 'window' }] })

/** A call as the model sees it. */
interface ModelCall {
  readonly call: FollowedCall
  readonly of: number
  readonly caller: ModelCall | undefined
  isOver: boolean
}

/** Runs tasks as Node.js does, and counts beside it, piece by piece, for whom each piece of work is. */
class Simulation {
  readonly #clock = new ManualClock()
  readonly #ring = new SegmentRing()
  readonly #recorder = new OnLoopRecorder(this.#clock, this.#ring)
  readonly #functions = ['plan', 'search', 'parse'].map((name) => new FollowedFunction(name, this.#recorder))
  readonly #calls: ModelCall[] = []
  readonly expected = [0, 0, 0]
  expectedInSegments = 0
  #isOpen = false

  get counted(): number[] {
    return this.#functions.map(({ onLoopMs }) => onLoopMs)
  }

  get inSegments(): number {
    return this.#ring.between(0, 1e12, 0).reduce((sum, { startUs, endUs }) => sum + (endUs - startUs) / 1_000, 0)
  }

  run({ owner: number, isTold, idleMs, steps }: Task): void {
    const owner = this.#called(number)
    // Nothing but a task that is told comes after idle time.
    if (isTold) this.#clock.advance(idleMs)
    this.#inContext(owner, isTold, steps)
  }

  #inContext(owner: ModelCall | undefined, isTold: boolean, steps: readonly Step[]): void {
    currentCall.run(owner?.call, () => {
      if (isTold) this.#recorder.before(owner?.call)
      for (const step of steps) this.#step(step, owner)
      if (isTold) this.#recorder.after()
      else this.#recorder.within(owner?.call)
    })
  }

  #step(step: Step, owner: ModelCall | undefined): void {
    if (step.kind === 'work') this.#work(step.ms, owner)
    else if (step.kind === 'window') this.#toggle()
    else if (step.kind === 'end') this.#end(this.#called(step.which), owner)
    else if (step.kind === 'task') {
      // What makes a task within a task has made a promise before.
      this.#recorder.within(owner?.call)
      this.#inContext(this.#called(step.owner), true, step.steps)
    } else this.#call(step, owner)
  }

  #call({ of, steps, isSync }: Extract<Step, { kind: 'call' }>, caller: ModelCall | undefined): void {
    const followed = this.#functions[of]?.begin()
    if (followed === undefined) return
    const call: ModelCall = { call: followed, of, caller, isOver: false }
    this.#calls.push(call)
    followed.run(() => {
      for (const step of steps) this.#step(step, call)
    })
    if (isSync) this.#end(call, caller)
  }

  /** That a promise is settled is found out outside of the call. */
  #end(call: ModelCall | undefined, from: ModelCall | undefined): void {
    for (let around = from; around !== undefined; around = around.caller) if (around === call) return
    if (call === undefined) return
    call.isOver = true
    call.call.end()
  }

  #work(ms: number, owner: ModelCall | undefined): void {
    this.#clock.advance(ms)
    if (!this.#isOpen) return
    let isCounted = false
    for (let call = owner; call !== undefined; call = call.caller) {
      if (call.isOver) continue
      isCounted = true
      this.expected[call.of] = (this.expected[call.of] ?? 0) + ms
    }
    if (isCounted) this.expectedInSegments += ms
  }

  #toggle(): void {
    if (this.#isOpen) this.#recorder.close()
    else this.#recorder.open(() => {})
    this.#isOpen = !this.#isOpen
  }

  #called(number: number): ModelCall | undefined {
    return number === 0 ? undefined : this.#calls[number % Math.max(1, this.#calls.length)]
  }
}

describe('the time that calls hold the event loop', () => {
  it('is counted as by a model that looks at each piece of work, for calls within calls and tasks within tasks, told or not', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 5, arbitrary: task }, { weight: 2, arbitrary: toggle }), { maxLength: 30 }), (tasks) => {
        const simulation = new Simulation()
        for (const task of tasks) simulation.run(task)
        expect(simulation.counted).toEqual(simulation.expected)
        expect(simulation.inSegments).toBeCloseTo(simulation.expectedInSegments, 3)
      }),
      { numRuns: 1_000 },
    )
  })

  const setUp = () => {
    const clock = new ManualClock()
    const recorder = new OnLoopRecorder(clock)
    const [outer, inner] = [new FollowedFunction('outer', recorder), new FollowedFunction('inner', recorder)]
    return { clock, recorder, outer, inner }
  }

  it('is none outside of windows, and hooks are not asked for before a call begins', () => {
    const { clock, recorder, outer } = setUp()
    let hooked = 0
    outer.begin().run(() => clock.advance(5))
    recorder.open(() => hooked++)
    expect([outer.onLoopMs, hooked]).toEqual([0, 0])
    outer.begin().run(() => clock.advance(7))
    outer.begin()
    expect([outer.onLoopMs, hooked]).toEqual([7, 1])
  })

  it('is not counted for a call that is over, but goes on for its callers', () => {
    const { clock, recorder, outer, inner } = setUp()
    recorder.open(() => {})
    const call = outer.begin()
    const within = call.run(() => inner.begin())
    within.end()
    recorder.before(within)
    clock.advance(3)
    recorder.after()
    expect([outer.onLoopMs, inner.onLoopMs]).toEqual([3, 0])
  })

  it('tells the longest stretch of a call only where the window saw all of it', () => {
    const { clock, recorder, outer, inner } = setUp()
    const before = outer.begin()
    recorder.open(() => {})
    const call = outer.begin()
    call.run(() => {
      clock.advance(2)
      inner.begin().run(() => clock.advance(3))
    })
    recorder.before(call)
    clock.advance(4)
    recorder.after()
    expect([call.end(), before.end()]).toEqual([5, undefined])
    const later = outer.begin()
    recorder.close()
    expect(later.end()).toBeUndefined()
  })

  it('keeps no call that is over, where each call starts the next one for ever', async () => {
    const { outer } = setUp()
    let call = outer.begin()
    const first = new WeakRef(call)
    for (let count = 0; count < 100; count++) {
      const next = currentCall.run(call, () => outer.begin())
      call.end()
      call = next
    }
    // A WeakRef keeps what it was made for until the turn of the event loop is over.
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    expect(first.deref()).toBeUndefined()
    expect(call.end()).toBeUndefined()
  })
})
