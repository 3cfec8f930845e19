import { hash } from 'node:crypto'

/** Longest key that is kept as it is, in UTF-16 units; a longer one is replaced by its SHA-256, so that keys are bounded. */
const MAX_PLAIN = 128

/** Values that one key may be made of: the bound on its time and on structures that share parts again and again. */
const MAX_VALUES = 1_000_000

/** Starts every key that was made from other arguments than a single string, so that no string can pass for one. */
const MARK = '~'
const MARK_CODE = MARK.charCodeAt(0)

/**
 * The cache key of a call's arguments, or undefined when they make none. A single string is its own key. All else is
 * written down such that only equal arguments give equal keys: types differ (`1`, `'1'`, `1n`), the order of an
 * object's fields does not count, that of arrays, Maps and Sets does. Dates, URLs and all that have `toJSON` count by
 * class and JSON; other class instances by class and own fields; an AbortSignal does not count, it changes no result.
 * No key: functions, symbols, cycles, errors, and instances without visible fields. Two of those could look alike and differ.
 */
export function keyOfArguments(args: readonly unknown[]): string | undefined {
  const [first] = args
  if (args.length === 1 && typeof first === 'string') return keyOfText(first)
  try {
    return bounded(`${MARK}${new Writer().write(args)}`)
  } catch {
    // One of the cases without key, or a getter of the caller threw: the call goes on, uncached.
    return undefined
  }
}

/** The key of a text: the text itself, unless it is long or could pass for a key made from other arguments. */
export function keyOfText(text: string): string {
  // Not `startsWith`: this is on the path of every hit, and comparing one number is measurably cheaper.
  return text.charCodeAt(0) === MARK_CODE ? bounded(`${MARK}${JSON.stringify([text])}`) : bounded(text)
}

/** The key of an entry that is for one scope (a tenant) alone: no key of another scope, or of none, can be the same. */
export function scopedKey(scope: string, key: string): string {
  return scopedKeys(scope)(key)
}

/** The same for many keys of one scope. */
export function scopedKeys(scope: string): (key: string) => string {
  const prefix = `${MARK}@${JSON.stringify(scope)}`
  return (key) => bounded(prefix + key)
}

/** Whether a key is a digest, which tells nothing of what it was made from. */
export function isDigest(key: string): boolean {
  return key.startsWith(`${MARK}#`)
}

function bounded(key: string): string {
  return key.length <= MAX_PLAIN ? key : digest(key)
}

function digest(key: string): string {
  return `${MARK}#${hash('sha256', key.isWellFormed() ? key : Buffer.from(key, 'utf16le'), 'base64url')}`
}

/** Characters that JSON escapes in a string (and some that it does not): most strings have none, and need no `JSON.stringify`. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u

/** Writes values down, each in one way only; by plain loops and additions, because a hit pays for it. */
class Writer {
  readonly #ancestors: object[] = []
  #valuesLeft = MAX_VALUES

  write(value: unknown): string {
    if (--this.#valuesLeft < 0) throw new TypeError('too many values for a key')
    switch (typeof value) {
      case 'string':
        return quoted(value)
      case 'number':
        return value === 0 ? '0' : String(value)
      case 'bigint':
        return `${value}n`
      case 'boolean':
      case 'undefined':
        return String(value)
      case 'object':
        return value === null ? 'null' : this.#writeObject(value)
      default:
        throw new TypeError(`a ${typeof value} makes no key`)
    }
  }

  #writeObject(value: object): string {
    if (this.#ancestors.includes(value)) throw new TypeError('a cycle makes no key')
    this.#ancestors.push(value)
    const text = Array.isArray(value) ? this.#writeList(value) : this.#writeOther(value)
    this.#ancestors.pop()
    return text
  }

  #writeOther(value: object): string {
    const prototype: unknown = Object.getPrototypeOf(value)
    const plain = prototype === Object.prototype || prototype === null
    if (plain && !('toJSON' in value)) return this.#writeRecord(value, '')
    if (value instanceof Date) return `Date(${value.getTime()})`
    if (value instanceof Error) throw new TypeError('an error hides its message and stack, and makes no key')
    const name = plain ? '' : value.constructor.name
    if (value instanceof Map || value instanceof Set) return `${name}${this.#writeList([...value])}`
    if (ArrayBuffer.isView(value)) return `${name}(${bytes(value)})`
    if (value instanceof RegExp) return String(value)
    if (value instanceof AbortSignal) return 'AbortSignal'
    if ('toJSON' in value && typeof value.toJSON === 'function') return `${name}(${this.write(value.toJSON())})`
    return this.#writeRecord(value, name)
  }

  #writeList(list: readonly unknown[]): string {
    let text = ''
    for (const item of list) text += text === '' ? this.write(item) : `,${this.write(item)}`
    return `[${text}]`
  }

  #writeRecord(value: object, name: string): string {
    const keys = Object.keys(value)
    if (keys.length === 0 && name !== '') throw new TypeError(`a ${name} without visible fields makes no key`)
    let text = ''
    for (const key of inOrder(keys)) text += `${text === '' ? '' : ','}${quoted(key)}:${this.write(Reflect.get(value, key))}`
    return `${name}{${text}}`
  }
}

/** Sorted; most objects come from one place in the source, where their fields are often in order already. */
function inOrder(keys: string[]): string[] {
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.toSorted()
  }
  return keys
}

function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`
}

function bytes(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64')
}
