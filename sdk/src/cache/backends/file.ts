import { resolve } from 'node:path'
import { OptionError } from '../../errors.ts'
import { checkOptions } from '../options/check-options.ts'
import type { Duration } from '../../duration.ts'
import { FileConnection } from '../file/connection.ts'
import { defaultFolders } from '../file/place.ts'
import { FileStorage } from '../file/storage.ts'
import { checkDeadline } from '../options/l2-options.ts'
import { placeOf } from '../namespaces.ts'
import { WireFormat } from '../shared/wire-format.ts'
import type { SharedBackend } from './backend.ts'

/** How long a call may take by default: it takes well under a millisecond, unless another process or the disk holds it up. */
const DEADLINE_MS = 100

const MIB = 1_024 * 1_024
const DEFAULT_BYTES = 256 * MIB
const MIN_BYTES = MIB

/** What `file()` may be told. */
export interface FileBackendOptions {
  /**
   * A folder on a disk of this host, made where there is none. Default: `pitwall/entries` in the user's cache directory
   * (`XDG_CACHE_HOME`, else `~/.cache`), or one of this user's in the temporary directory where that cannot be used.
   */
  readonly path?: string
  /**
   * Bound on the bytes of the entries of all caches on one path, with what is kept about them; the file's log takes some megabytes
   * beyond. Default 256 MiB. No value may take more than a quarter of it.
   */
  readonly maxBytes?: number
  /**
   * How long a call may take before the cache goes on without it. Default 100 ms; the first one of a process, which starts a
   * thread, has a second more. `l2.timeout` can only shorten it.
   */
  readonly timeout?: Duration
  /** Keys are hashed with it (HMAC), so that nobody without it can try them out; the same for all processes. Default: SHA-256. */
  readonly secret?: string
}

/** The open files of this process, by their folder: caches on one path share a thread. */
const connections = new Map<string, FileConnection>()

/**
 * Keeps entries in a file that all processes of this host share, whether they run now or later. What one process sets or
 * invalidates, the memory of the others forgets within milliseconds. The file belongs to its user alone (mode 0600); keys go
 * there as hashes only, values as the cache's `serializer` has them. Where there is no room, the entries go whose last use is
 * longest ago. A thread (some 20 MB) does the reading and writing, so that a slow disk does not hold up the event loop. A file
 * that is damaged, or was in use when the machine went down, is replaced by an empty one.
 * @throws OptionError, one sentence, for an option that cannot be what it is
 */
export function file(options: FileBackendOptions = {}): SharedBackend {
  checkOptions('file', options, ['path', 'maxBytes', 'timeout', 'secret'])
  const { path, maxBytes = DEFAULT_BYTES, timeout = DEADLINE_MS, secret } = options
  const timeoutMs = checkDeadline('timeout', timeout)
  for (const [option, value] of Object.entries({ path, secret }))
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new OptionError(option, value, 'a string of at least one character')
  if (typeof maxBytes !== 'number' || !(maxBytes >= MIN_BYTES))
    throw new OptionError('maxBytes', maxBytes, `a number of bytes of at least ${MIN_BYTES}`)
  const folders = path === undefined ? defaultFolders() : [resolve(path)]
  return {
    name: 'file',
    synchronous: false,
    hasLocks: true,
    open({ name, part, codec }) {
      const connection = connectionTo(folders, path === undefined)
      const format = new WireFormat(placeOf(name, part), codec.id, secret)
      return { local: undefined, shared: new FileStorage({ connection, cacheName: name, format, codec, timeoutMs, maxBytes }) }
    },
  }
}

export { file as default }

/** @param own whether the folders must be the user's alone */
function connectionTo(folders: readonly string[], own: boolean): FileConnection {
  const place = folders.join()
  const known = connections.get(place)
  if (known !== undefined) return known
  const connection = new FileConnection({ folders, own }, () => connections.delete(place))
  connections.set(place, connection)
  return connection
}
