import { HashState } from './hash-state.ts'

/** Longest string that is read whole, in UTF-16 units; of a longer one, ends and evenly spaced parts of this total are read. */
export const MAX_WHOLE_STRING = 4_096

/** Values that one call reads at most: with the allowance below, the bound on its time (about 0.15 ms) whatever it is given. */
const MAX_VALUES = 1_024
/** Each string may use up to an eighth of what is left of this, so that the last message of a long conversation still counts. */
const MAX_CHARACTERS = 8 * MAX_WHOLE_STRING
const MIN_STRING = 128
const MAX_DEPTH = 8
/** Up to so many keys, insertion is faster than a sort that is made for thousands. */
const MAX_FEW = 12
/** Elements read at either end of a long array or binary value; its length is always part of the hash. */
const MAX_ENDS = 128
const SIGNIFICANT_BIGINT_BITS = 512

/**
 * String → uint32, the same in every build, because processes tell each other of keys by it. MurmurHash3 over UTF-16 units:
 * synchronous, the same from the first call on, and up to 64 units as fast as xxhash-wasm, which is ready only after an await
 * (measured, docs/decisions.md).
 */
export function hashString(text: string): number {
  const state = new HashState()
  addString(state, text)
  return state.digest()
}

/** Key of a cache → uint32: equal for keys that a Map takes for one, so texts and numbers by value, objects by identity. */
export function hashKey(key: unknown): number {
  if (typeof key === 'string') return hashString(key)
  const state = new HashState()
  if (typeof key === 'number') addNumber(state, key)
  else if ((typeof key === 'object' && key !== null) || typeof key === 'function') state.add(identity(key))
  else addString(state, `${typeof key} ${String(key)}`)
  return state.digest()
}

/**
 * Arguments of a call → uint32, equal for arguments that are equal by value: the order of keys does not matter, cycles
 * and BigInts are fine, and it never throws. Objects that hide their state (private fields, closures) are told apart by
 * identity, so that different ones never look like a repetition. An AbortSignal does not count: it changes no result.
 * Of very large arguments only a bounded part is read, always with all lengths; of records beyond 1,024 keys in their order.
 */
export function hashArguments(args: readonly unknown[]): number {
  const walk = new Walk()
  try {
    walk.addList(args, 0)
  } catch {
    // A getter or a proxy of the caller threw: what was read so far has to do.
  }
  return walk.state.digest()
}

/** Result of a call → uint32; equal by the rules of `hashArguments`. */
export function hashResult(value: unknown): number {
  return hashArguments([value])
}

/** Adds a string of which at most about `limit` units are read: a quarter at either end, half in evenly spaced parts. */
function addString(state: HashState, text: string, limit: number = MAX_WHOLE_STRING): void {
  const { length } = text
  state.add(length)
  if (length <= limit) return state.addText(text, 0, length)
  const end = limit >> 2
  state.addText(text, 0, end)
  const parts = limit >> 5
  const stride = (length - 2 * end) / parts
  for (let part = 0; part < parts; part++) {
    const from = end + Math.floor(stride * part)
    state.addText(text, from, from + 16)
  }
  state.addText(text, length - end, length)
}

const numberBytes = new Float64Array(1)
const numberWords = new Int32Array(numberBytes.buffer)

function addNumber(state: HashState, value: number): void {
  numberBytes[0] = value === 0 ? 0 : value
  state.add(numberWords[0] ?? 0)
  state.add(numberWords[1] ?? 0)
}

/** Marks that keep values of different types apart. */
const tag = {
  null: 1,
  undefined: 2,
  true: 3,
  false: 4,
  number: 5,
  string: 6,
  bigint: 7,
  symbol: 8,
  list: 9,
  record: 10,
  tooDeep: 11,
} as const

/** One walk through a value; it ends early when its allowance is used up. */
class Walk {
  readonly state = new HashState()
  #values = MAX_VALUES
  #characters = MAX_CHARACTERS

  addList(list: ArrayLike<unknown>, depth: number): void {
    this.state.add(tag.list)
    this.state.add(list.length)
    const whole = list.length <= 2 * MAX_ENDS
    const headEnd = whole ? list.length : MAX_ENDS
    for (let index = 0; index < headEnd; index++) this.#add(list[index], depth + 1)
    if (whole) return
    for (let index = list.length - MAX_ENDS; index < list.length; index++) this.#add(list[index], depth + 1)
  }

  #add(value: unknown, depth: number): void {
    if (--this.#values < 0) return
    if (typeof value === 'string') return this.#addText(value)
    if (typeof value === 'number') return this.#addNumber(value)
    if (typeof value === 'object' && value !== null) return this.#addObject(value, depth)
    if (typeof value === 'function') return this.state.add(identity(value))
    if (typeof value === 'bigint') return this.#addText(BigInt.asIntN(SIGNIFICANT_BIGINT_BITS, value).toString(36), tag.bigint)
    if (typeof value === 'symbol') return this.#addText(String(value), tag.symbol)
    if (typeof value === 'boolean') return this.state.add(value ? tag.true : tag.false)
    this.state.add(value === null ? tag.null : tag.undefined)
  }

  #addText(text: string, kind: number = tag.string): void {
    this.state.add(kind)
    const limit = Math.max(MIN_STRING, this.#characters >> 3)
    this.#characters = Math.max(0, this.#characters - Math.min(text.length, limit))
    addString(this.state, text, limit)
  }

  #addNumber(value: number): void {
    this.state.add(tag.number)
    addNumber(this.state, value)
  }

  #addObject(value: object, depth: number): void {
    if (depth > MAX_DEPTH) return this.state.add(tag.tooDeep)
    if (Array.isArray(value)) return this.addList(value, depth)
    const prototype: unknown = Object.getPrototypeOf(value)
    const isPlain = prototype === Object.prototype || prototype === null
    if (!isPlain && this.#addBuiltIn(value, depth)) return
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.#add(value.toJSON(), depth + 1)
    const keys = Object.keys(value)
    if (keys.length === 0 && !isPlain) return this.state.add(identity(value))
    this.#addRecord(value, keys, depth)
  }

  /** Returns whether it is an object of the platform that is read in a way of its own. */
  #addBuiltIn(value: object, depth: number): boolean {
    if (value instanceof AbortSignal) return true
    if (ArrayBuffer.isView(value)) this.#addBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), depth)
    else if (value instanceof ArrayBuffer) this.#addBytes(new Uint8Array(value), depth)
    else if (value instanceof Map || value instanceof Set) this.#addMembers(value, depth)
    else if (value instanceof RegExp) this.#addText(String(value))
    else if (value instanceof Error) this.addList([value.name, value.message], depth)
    else return false
    return true
  }

  /** In the order in which they were added, as Maps and Sets have them; the rest of a large one is not even looked at. */
  #addMembers(members: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>, depth: number): void {
    this.state.add(tag.list)
    this.state.add(members.size)
    for (const member of members) {
      if (this.#values < 0) return
      this.#add(member, depth + 1)
    }
  }

  #addBytes(bytes: Uint8Array, depth: number): void {
    if (bytes.length <= MAX_WHOLE_STRING) return this.#addText(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'))
    this.addList(bytes, depth)
    const step = bytes.length / MAX_ENDS
    for (let part = 0; part < MAX_ENDS; part++) this.state.add(bytes[Math.floor(part * step)] ?? 0)
  }

  #addRecord(record: object, keys: string[], depth: number): void {
    this.state.add(tag.record)
    this.state.add(keys.length)
    // Sorting a dictionary of 100,000 words takes 50 ms: of one that is not read whole, the order counts.
    for (const key of keys.length <= MAX_VALUES ? inOrder(keys) : keys) {
      if (this.#values < 0) return
      this.#addText(key)
      this.#add(Reflect.get(record, key), depth + 1)
    }
  }
}

/** Sorts keys, few of them in place: nearly all records have few, and there `toSorted` took half of the time of hashing them (docs/decisions.md). */
function inOrder(keys: string[]): readonly string[] {
  if (keys.length > MAX_FEW) return keys.toSorted()
  for (let at = 1; at < keys.length; at++) {
    const key = keys[at] ?? ''
    let place = at
    for (; place > 0; place--) {
      const before = keys[place - 1] ?? ''
      if (before <= key) break
      keys[place] = before
    }
    keys[place] = key
  }
  return keys
}

const identities = new WeakMap<object, number>()
let lastIdentity = 0

/** A number of its own for every object, for as long as it lives. */
function identity(value: object): number {
  const known = identities.get(value)
  if (known !== undefined) return known
  identities.set(value, --lastIdentity)
  return lastIdentity
}
