import { MAX_NAMES, OTHER } from '../names.ts'
import type { Inspect } from './cpu-sampler.ts'
import type { Frame } from './cpu-window.ts'

type Body = (...args: never[]) => unknown

/** Functions that are profiled, by the name that they are profiled under. Held weakly: a profile keeps no function alive. */
const announced = new Map<string, WeakRef<Body>>()

/** Tells profiles under which name a function is profiled. The first function of a name counts; others go by their own names. */
export function announceBody(name: string, body: Body): void {
  if (name === OTHER || announced.has(name) || announced.size >= MAX_NAMES) return
  announced.set(name, new WeakRef(body))
}

/** Where the inspector finds the functions that it is asked about, for the moment of the question. */
const ASKED = 'pitwall.profiled.bodies'

/** Knows which functions in the code are bodies of profiled functions, by the places where V8 says that they begin. */
export class ProfiledBodies {
  readonly #nameAt = new Map<string, string>()
  readonly #known = new Set<string>()

  /** Whether there are functions that have not been looked up. */
  get isBehind(): boolean {
    return this.#known.size < announced.size
  }

  /** Looks up functions that have been announced, at most so many; 0.1 ms for each, once. */
  update(inspect: Inspect, atMost: number = Infinity): void {
    if (!this.isBehind) return
    const fresh = [...announced].filter(([name]) => !this.#known.has(name)).slice(0, atMost)
    for (const [name] of fresh) this.#known.add(name)
    const places = placesOf(
      inspect,
      fresh.map(([, body]) => body.deref()),
    )
    for (const [index, [name]] of fresh.entries()) {
      const place = places.get(String(index))
      if (place !== undefined) this.#nameAt.set(place, name)
    }
  }

  /** The name that a frame's function is profiled under. */
  nameOf({ scriptId, lineNumber, columnNumber }: Frame): string | undefined {
    return this.#nameAt.get(placeKey(scriptId, lineNumber, columnNumber))
  }
}

function placeKey(scriptId: string, line: number, column: number): string {
  return `${scriptId}:${line}:${column}`
}

/** Places of functions, by their index. Bound and native functions have none. */
function placesOf(inspect: Inspect, functions: readonly (Body | undefined)[]): Map<string, string> {
  const places = new Map<string, string>()
  const asked = Symbol.for(ASKED)
  const objectGroup = ASKED
  Reflect.set(globalThis, asked, functions)
  try {
    // Within a process the inspector answers at once.
    inspect.post('Runtime.evaluate', { expression: `globalThis[Symbol.for('${ASKED}')]`, objectGroup }, (_, answer) => {
      const list = answer?.result?.objectId
      if (list === undefined) return
      inspect.post('Runtime.getProperties', { objectId: list, ownProperties: true }, (__, elements) => {
        for (const { name, value } of elements?.result ?? []) {
          if (value?.type !== 'function' || value.objectId === undefined) continue
          inspect.post('Runtime.getProperties', { objectId: value.objectId, ownProperties: true }, (___, properties) => {
            const location = properties?.internalProperties?.find((property) => property.name === '[[FunctionLocation]]')
            const place = placeIn(location?.value?.value)
            if (place !== undefined) places.set(name, place)
          })
        }
      })
    })
    inspect.post('Runtime.releaseObjectGroup', { objectGroup })
  } finally {
    Reflect.deleteProperty(globalThis, asked)
  }
  return places
}

function placeIn(location: unknown): string | undefined {
  if (typeof location !== 'object' || location === null) return undefined
  if (!('scriptId' in location && 'lineNumber' in location && 'columnNumber' in location)) return undefined
  return placeKey(String(location.scriptId), Number(location.lineNumber), Number(location.columnNumber))
}

/** The bodies of this thread's profiled functions. */
export const profiledBodies = new ProfiledBodies()
