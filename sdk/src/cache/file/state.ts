import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { Damage } from './faults.ts'
import { numberIn, textIn } from './row.ts'

/** What is counted and remembered for a file as a whole. */
export class State {
  #version: number
  #floor: number
  #floorAt: number
  #boot: string
  #changed = false

  constructor(version: number, floor: number, floorAt: number, boot: string) {
    this.#version = version
    this.#floor = floor
    this.#floorAt = floorAt
    this.#boot = boot
  }

  /** Number of the last change. */
  get version(): number {
    return this.#version
  }

  /** Of the changes up to this one, some are not remembered any more. */
  get floor(): number {
    return this.#floor
  }

  /** When the last of those was made, milliseconds since 1970. */
  get floorAt(): number {
    return this.#floorAt
  }

  /** Names the start of the machine since which the file has been in use. */
  get boot(): string {
    return this.#boot
  }

  get changed(): boolean {
    return this.#changed
  }

  /** The number of a new change. */
  next(): number {
    this.#changed = true
    return ++this.#version
  }

  /** Takes note that changes up to this one are not remembered any more. */
  forgotten(version: number, at: number): void {
    this.#changed = true
    this.#floor = Math.max(this.#floor, version)
    this.#floorAt = Math.max(this.#floorAt, at)
  }

  startedWith(boot: string): void {
    this.#changed ||= boot !== this.#boot
    this.#boot = boot
  }
}

/** The row of the state. Its checksum tells when it is not what was written. */
export class StateRow {
  readonly #select: StatementSync
  readonly #put: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT version, floor, floorAt, boot, sum FROM state WHERE one = 1')
    this.#put = db.prepare('INSERT OR REPLACE INTO state (one, version, floor, floorAt, boot, sum) VALUES (1, ?, ?, ?, ?, ?)')
  }

  /** @throws Damage when it is missing or not what was written */
  read(): State {
    const row = this.#select.get()
    if (row === undefined) throw new Damage('no state')
    const state = new State(numberIn(row, 'version'), numberIn(row, 'floor'), numberIn(row, 'floorAt'), textIn(row, 'boot'))
    if (sumOf(state) !== numberIn(row, 'sum')) throw new Damage('another state')
    return state
  }

  write(state: State): void {
    this.#put.run(state.version, state.floor, state.floorAt, state.boot, sumOf(state))
  }
}

function sumOf({ version, floor, floorAt, boot }: State): number {
  return crc32(`${version} ${floor} ${floorAt} ${boot}`)
}
