import { hash } from 'node:crypto'
import type { Client } from './address.ts'

/** Milliseconds that Redis keeps an entry at most, so that none stays for ever which nothing refers to any more: 30 days. */
export const KEPT_MS = 30 * 86_400_000

/**
 * Milliseconds that Redis remembers of a key that it was invalidated: a load that took longer than this is not stored, because
 * nobody could tell whether it is outdated.
 */
export const FENCE_MS = 10 * 60_000

/** A script that Redis runs as one step, sent in full only to a server that does not know it yet. */
export class Script {
  readonly #text: string
  readonly #keys: number
  readonly #digest: string

  constructor(keys: number, text: string) {
    this.#text = text
    this.#keys = keys
    this.#digest = hash('sha1', text)
  }

  /** Runs it; strings in the answer are Buffers. Rejects with what Redis or the connection says. */
  async run(client: Client, ...args: (string | number | Buffer)[]): Promise<unknown> {
    try {
      return await client.callBuffer('EVALSHA', [this.#digest, this.#keys, ...args])
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return client.callBuffer('EVAL', [this.#text, this.#keys, ...args])
    }
  }
}

// Who may not publish can still cache: `pcall` lets what others cannot be told pass.
//
// Keys of an entry: 1 its value, 2 its fence (the time of its last invalidation or setting), 3 the lock of its load. They share
// a hash tag, so that Redis Cluster keeps them together.

/**
 * Reads an entry and, where it is not fresh and a lock is wanted, takes the lock.
 * ARGV: milliseconds that it must stay fresh for, name of the lock's holder to be, lease in milliseconds or 0.
 * Returns value, its time left, fence, lock (0 not taken, 1 taken, 2 another's), time left of the lock, its holder.
 */
export const readScript = new Script(
  3,
  `local value = redis.pcall('GET', KEYS[1])
if type(value) ~= 'string' then value = false end
local left = redis.call('PTTL', KEYS[1])
local fence = redis.call('GET', KEYS[2]) or ''
local fresh = false
if value then
  local grace = string.match(value, '^%w+ ([-%d]+) ')
  fresh = grace == '-' or (grace and left - tonumber(grace) > tonumber(ARGV[1]))
end
if fresh or ARGV[3] == '0' then return {value, left, fence, 0, 0, ''} end
if redis.call('SET', KEYS[3], ARGV[2], 'NX', 'PX', ARGV[3]) then return {value, left, fence, 1, 0, ''} end
return {value, left, fence, 2, redis.call('PTTL', KEYS[3]), redis.call('GET', KEYS[3])}`,
)

/**
 * Stores what a load brought, if the fence is still where it was when the load began, and lets go of its lock.
 * ARGV: fence, holder or '', milliseconds to keep it, value, channel, what to say when it is stored, what to say when not, the
 * namespace's last invalidation when the load began.
 * Returns 2 when it is stored in place of a fresh value that no invalidation came after, 1 when it is stored otherwise, else 0.
 */
export const writeScript = new Script(
  3,
  `local held = ARGV[2] ~= '' and redis.call('GET', KEYS[3]) == ARGV[2]
if held then redis.call('DEL', KEYS[3]) end
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[1] then
  if held then redis.pcall('PUBLISH', ARGV[5], ARGV[7]) end
  return 0
end
local head = redis.pcall('GETRANGE', KEYS[1], 0, 63)
local grace, since = string.match(type(head) == 'string' and head or '', '^%w+ ([-%d]+) (%d+) ')
local fresh = grace and tonumber(since) >= tonumber(ARGV[8]) and (grace == '-' or redis.call('PTTL', KEYS[1]) > tonumber(grace))
redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[3])
if held then redis.pcall('PUBLISH', ARGV[5], ARGV[6]) end
return fresh and 2 or 1`,
)

/** Microseconds by which times of changes must differ to be told apart: they come from several machines, over a network. */
const TELLING_APART_US = 250_000

/**
 * Sets or removes an entry. Loads that run do not get stored any more, and nobody waits for them. A change that comes late
 * leaves alone what is newer than itself; a value is only set if nothing has happened to the key since its fence was read, and
 * where it cannot be told which of two is the newer, neither stays: the next request loads.
 * ARGV: microseconds ago or 0, milliseconds to remember the fence, channel, what to say, milliseconds to keep the value or 0, value, fence.
 * Returns 0 when there was something newer, 1 when the key is removed, 2 when the value is set.
 */
export const changeScript = new Script(
  3,
  `local time = redis.call('TIME')
local version = time[1] * 1000000 + time[2] - ARGV[1]
local fence = redis.call('GET', KEYS[2]) or ''
local last = tonumber(fence) or 0
local late = ARGV[1] ~= '0'
if late and last > version + ${TELLING_APART_US} then return 0 end
local set = ARGV[5] ~= '0' and fence == ARGV[7] and not (late and last > version - ${TELLING_APART_US})
if version <= last then version = last + 1 end
redis.call('SET', KEYS[2], string.format('%.0f', version), 'PX', ARGV[2])
redis.call('DEL', KEYS[3])
if set then redis.call('SET', KEYS[1], ARGV[6], 'PX', ARGV[5]) else redis.call('UNLINK', KEYS[1]) end
redis.pcall('PUBLISH', ARGV[3], ARGV[4])
return set and 2 or 1`,
)

/**
 * The versions of a namespace, kept for longer from now on. Where Redis has none, the namespace begins now: it is new, or a server of
 * a cluster has come back without them, and nobody can say what of the entries that the others still have was invalidated.
 * Keys: 1 the last invalidation of tags or of everything, 2 the last of everything. ARGV: milliseconds to keep them.
 * Returns both, and the time, microseconds.
 */
export const versionsScript = new Script(
  2,
  `local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local last = redis.call('GET', KEYS[1]) or '0'
local cleared = redis.call('GET', KEYS[2])
if not cleared then
  cleared = string.format('%.0f', math.max(now, tonumber(last) + 1))
  last = cleared
end
redis.call('SET', KEYS[1], last, 'PX', ARGV[1])
redis.call('SET', KEYS[2], cleared, 'PX', ARGV[1])
return {last, cleared, string.format('%.0f', now)}`,
)

/**
 * Invalidates all entries of a namespace, or those with one tag: entries whose load began before are not served any more.
 * Keys: 1 the last invalidation of either kind, 2 the last of this one. ARGV: milliseconds to remember it, channel, what to say.
 */
export const invalidateScript = new Script(
  2,
  `local time = redis.call('TIME')
local version = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
if version <= last then version = last + 1 end
version = string.format('%.0f', version)
redis.call('SET', KEYS[1], version, 'PX', ARGV[1])
redis.call('SET', KEYS[2], version, 'PX', ARGV[1])
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return 1`,
)

/** Keeps a lock for longer, if it is still held. ARGV: holder, lease in milliseconds. */
export const extendScript = new Script(
  1,
  `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 1`,
)

/** Lets go of a lock, if it is still held. ARGV: holder, channel, what to say. */
export const releaseScript = new Script(
  1,
  `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return 1`,
)
