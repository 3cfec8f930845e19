import { callStack } from '../sampling/call-stack.ts'
import type { CallStatistics } from '../sampling/call-statistics.ts'
import type { FollowedCall } from '../sampling/followed-call.ts'
import { repetitionBudget } from '../sampling/known-functions.ts'
import { isPlainPromise, isThenable, type Thenable, watchOutcome, withProperties } from '../sampling/outcome.ts'
import { callSpan } from '../telemetry/spans.ts'

/** Share of a function's own time that comparing its results may take. */
const RESULT_BUDGET = 0.01

/**
 * Makes a call with all that can be measured of it: time, span, and how its arguments repeat. Errors are rethrown untouched.
 * @param args what it is called with, to be followed; undefined where that says nothing
 */
export function measuredCall(statistics: CallStatistics, work: () => unknown, args?: readonly unknown[]): unknown {
  const tracking = args && statistics.tracking
  const argumentsHash = args && tracking?.called(args)
  const returned = (value: unknown) => tracking?.returned(argumentsHash ?? 0, value, statistics.meanMs * RESULT_BUDGET)
  const place = statistics.begin()
  const followed = statistics.follower?.begin()
  let result: unknown
  try {
    result =
      followed === undefined
        ? callSpan(statistics.name, work, argumentsHash)
        : followed.run(() => callSpan(statistics.name, () => labelled(followed, work), argumentsHash))
  } catch (error) {
    followed?.endAtReturn()
    statistics.errors++
    statistics.ended(place)
    throw error
  }
  if (isThenable(result)) return settling(statistics, result, place, returned, followed)
  followed?.endAtReturn()
  statistics.ended(place)
  returned(result)
  repetitionBudget.consider(statistics)
  return result
}

/** The work of a call in its span, if it has one. */
function labelled(call: FollowedCall, work: () => unknown): unknown {
  call.labelWithSpan()
  return work()
}

/**
 * A call returned something to wait for: returns what its caller is given. A promise counts as running until it is settled; anything
 * else is not counted before it is awaited, which may never happen.
 * @param place of the call on the stack
 */
export function settling(
  statistics: CallStatistics,
  result: Thenable,
  place: number,
  returned?: (value: unknown) => void,
  followed?: FollowedCall,
): unknown {
  // What comes after the first wait is seen only where the call was followed all the time.
  const segmentMs = statistics.parted(place)
  const start = callStack.starts[place] ?? statistics.clock.now()
  if (!isPlainPromise(result)) {
    followed?.giveUp()
    return watchOutcome(
      result,
      (value) => resolved(statistics, start, segmentMs, value, returned, followed),
      () => rejected(statistics, start, segmentMs, followed),
    )
  }
  statistics.active++
  const next = result.then(
    (value) => {
      statistics.active--
      resolved(statistics, start, segmentMs, value, returned, followed)
      return value
    },
    (error: unknown) => {
      statistics.active--
      rejected(statistics, start, segmentMs, followed)
      throw error
    },
  )
  return withProperties(next, result)
}

function resolved(
  statistics: CallStatistics,
  start: number,
  segmentMs: number,
  value: unknown,
  returned: ((value: unknown) => void) | undefined,
  followed: FollowedCall | undefined,
): void {
  statistics.settled(start, followed?.end() ?? segmentMs)
  if (returned !== undefined) returned(value)
  repetitionBudget.consider(statistics)
}

function rejected(statistics: CallStatistics, start: number, segmentMs: number, followed: FollowedCall | undefined): void {
  statistics.errors++
  statistics.settled(start, followed?.end() ?? segmentMs)
}
