import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer } from '../../../../sdk/src/cache/file/protocol.ts'
import { Store } from '../../../../sdk/src/cache/file/store.ts'

export const MIB = 1_024 * 1_024

/** Ids are 43 characters, as those of `WireFormat` are. */
export const idOf = (name: string): string => name.padEnd(43, '-')
const SPACE = idOf('space')

/** What tests ask of a store, in few words; values are texts. */
export class TestStore {
  readonly store: Store
  readonly warnings: string[] = []
  readonly #maxBytes: number
  readonly #now: () => number

  constructor(
    folder: string,
    { maxBytes = 64 * MIB, boot = 'this one', now = Date.now }: { maxBytes?: number; boot?: string; now?: () => number } = {},
  ) {
    this.#maxBytes = maxBytes
    this.#now = now
    this.store = new Store({ folders: [folder], own: false, boot, wallTime: now, warn: (text) => this.warnings.push(text) })
  }

  /** The reading of an entry, and the token of a load that begins with it. */
  read(key: string, space: string = SPACE): Extract<Answer, { type: 'read' }> {
    const answer = this.store.read({ type: 'read', space, id: idOf(key), beyondMs: 0, holder: '', leaseMs: 0 })
    if (answer?.type !== 'read') throw new Error('no reading')
    return answer
  }

  get(key: string, space: string = SPACE): string | undefined {
    const { entry } = this.read(key, space)
    return entry && Buffer.from(entry.bytes).toString()
  }

  /** Stores what a load brought. @param reading with which it began */
  write(key: string, value: string, { file, version }: { file: string; version: number }, tags: readonly string[] = []): boolean {
    return this.written(key, value, { file, version }, tags).stored
  }

  /** The same, and whether it was stored in place of a fresh value. */
  written(key: string, value: string, { file, version }: { file: string; version: number }, tags: readonly string[] = []) {
    const request = { type: 'write', space: SPACE, id: idOf(key), holder: '', file, version, maxBytes: this.#maxBytes } as const
    const answer = this.store.write({ ...request, entry: this.#entry(value, tags) })
    if (answer.type !== 'written') throw new Error('nothing written')
    return answer
  }

  set(
    key: string,
    value: string | undefined,
    { tags = [], agoMs = 0, space = SPACE }: { tags?: readonly string[]; agoMs?: number; space?: string } = {},
  ): void {
    const entry = value === undefined ? undefined : this.#entry(value, tags)
    this.store.change({ type: 'change', space, id: idOf(key), origin: 'us', hash: 1, agoMs, entry, maxBytes: this.#maxBytes })
  }

  delete(key: string, agoMs: number = 0): void {
    this.set(key, undefined, { agoMs })
  }

  deleteTag(tag: string): void {
    this.store.invalidate({ type: 'invalidate', space: SPACE, origin: 'us', name: idOf(tag), maxBytes: this.#maxBytes })
  }

  clear(space: string = SPACE): void {
    this.store.invalidate({ type: 'invalidate', space, origin: 'us', name: space, maxBytes: this.#maxBytes })
  }

  #entry(value: string, tags: readonly string[]) {
    const servedUntil = this.#now() + 3_600_000
    return { freshUntil: servedUntil, servedUntil, tags: tags.map((tag) => idOf(tag)), bytes: Buffer.from(value) }
  }
}

/** A new folder, and what removes it. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'pitwall-store-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Bytes of the files in a folder. */
export function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((bytes, name) => bytes + statSync(join(folder, name)).size, 0)
}
