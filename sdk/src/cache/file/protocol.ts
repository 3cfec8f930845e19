/** An entry as it is kept. Times are milliseconds since 1970; Infinity is never. */
export interface Entry {
  readonly freshUntil: number
  readonly servedUntil: number
  /** Ids of its tags. */
  readonly tags: readonly string[]
  readonly bytes: Uint8Array
}

/**
 * What the agent's thread asks of the thread that has the file. `space` is the id of a cache's namespace, `id` that of a key,
 * `origin` names the storage that makes a change, `holder` the one that holds a lock or would.
 */
export type Request =
  /** @see SharedStorage.read */
  | {
      readonly type: 'read'
      readonly space: string
      readonly id: string
      readonly beyondMs: number
      readonly holder: string
      readonly leaseMs: number
    }
  /** Stores what a load brought that began in this file at this version, unless something was invalidated since. */
  | {
      readonly type: 'write'
      readonly space: string
      readonly id: string
      readonly holder: string
      readonly file: string
      readonly version: number
      readonly entry: Entry
      readonly maxBytes: number
    }
  /** Sets an entry, or removes it where there is none, as it was done so many milliseconds ago. */
  | {
      readonly type: 'change'
      readonly space: string
      readonly id: string
      readonly origin: string
      readonly hash: number
      readonly agoMs: number
      readonly entry: Entry | undefined
      readonly maxBytes: number
    }
  /** Invalidates a tag by its id, or a namespace by its own. */
  | { readonly type: 'invalidate'; readonly space: string; readonly origin: string; readonly name: string; readonly maxBytes: number }
  | { readonly type: 'extend'; readonly id: string; readonly holder: string; readonly leaseMs: number }
  | { readonly type: 'release'; readonly id: string; readonly holder: string; readonly outcome: Uint8Array | undefined }
  /** Answered when this holder has let go of the lock, or at that time at the latest (milliseconds since 1970). */
  | { readonly type: 'wait'; readonly space: string; readonly id: string; readonly holder: string; readonly until: number }

export type Answer =
  | {
      readonly type: 'read'
      /** Name of the file and number of its last change: what a load that begins now has seen. */
      readonly file: string
      readonly version: number
      readonly entry: Entry | undefined
      /** `taken` by this holder now, or who has it and until when. */
      readonly lock: 'none' | 'taken' | { readonly holder: string; readonly until: number }
    }
  /** @param replaced whether it is stored in place of a fresh one */
  | { readonly type: 'written'; readonly stored: boolean; readonly replaced: boolean }
  /** The entry that the holder has stored, or what it said in place of one. */
  | { readonly type: 'released'; readonly entry: Entry | undefined; readonly outcome: Uint8Array | undefined }
  | { readonly type: 'done' }

/** A change in the file, as others are told of it. */
export type Change = { readonly space: string; readonly origin: string } & (
  | { readonly type: 'key'; readonly hash: number }
  | { readonly type: 'tag'; readonly tag: string }
  | { readonly type: 'all' }
)

/** What the agent's thread sends. */
export type ToThread =
  /** @param patienceMs how long it may wait for other processes */
  | { readonly type: 'call'; readonly call: number; readonly patienceMs: number; readonly request: Request }
  /** From now on, changes are to be told. */
  | { readonly type: 'watch' }
  | { readonly type: 'close' }

/** What the thread that has the file sends. */
export type FromThread =
  /** It runs now. */
  | { readonly type: 'started' }
  | { readonly type: 'answer'; readonly call: number; readonly answer: Answer }
  /** @param refused whether the file was reached, and cannot take what it was given */
  | { readonly type: 'failure'; readonly call: number; readonly message: string; readonly refused: boolean }
  | { readonly type: 'changes'; readonly changes: readonly Change[] }
  /** From now on changes may be missed. */
  | { readonly type: 'lost' }
  /** From now on none is missed. */
  | { readonly type: 'regained' }
  /** A line for the log of the agent. */
  | { readonly type: 'warning'; readonly text: string }

/** What the thread is told when it starts. */
export interface ThreadData {
  /** Folders for the file: the first that can be used is. */
  readonly folders: readonly string[]
  /** Whether they must be this user's alone, because others could have made them. */
  readonly own: boolean
}
