import { execSync } from 'node:child_process'
import { pbkdf2Sync } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Block, recentBlocks } from '@pitwall/sdk'
import blockedLoop from '@pitwall/sdk/profilers/blocked-loop'
import { pauseByDebugger } from './debugger-watch.ts'
import { serve } from './worker.ts'

let records: readonly object[] = []
const path = join(tmpdir(), `pitwall-blocking-${process.pid}`)
const end = (milliseconds: number) => performance.now() + milliseconds

/** Longest time between two looks at the clock in the last `spin`: what a look into it took. */
let longestGapMs = 0

/** Each holds the event loop for at least a quarter of a second, in another way, and each is named as it is to be named. */
const kinds = {
  spin(): number {
    const until = end(350)
    let last = performance.now()
    longestGapMs = 0
    while (last < until) {
      const now = performance.now()
      longestGapMs = Math.max(longestGapMs, now - last)
      last = now
    }
    return last
  },
  hash(): string {
    return pbkdf2Sync('password', 'salt', 900_000, 64, 'sha512').toString('hex')
  },
  shell(): string {
    return execSync('sleep 0.35').toString()
  },
  match(): boolean {
    return /^(a+)+$/.test(`${'a'.repeat(26)}b`)
  },
  serialize(): number {
    const text = JSON.stringify([records, records])
    return Buffer.byteLength(text)
  },
  readFiles(): number {
    const until = end(350)
    let bytes = 0
    while (performance.now() < until) bytes += readFileSync(path).length
    return bytes
  },
}

/** A block that was made. */
export interface MadeBlock {
  readonly kind: string
  readonly milliseconds: number
  /** What was reported of it, all of it. */
  readonly reports: readonly Pick<Block, 'cause' | 'durationMs' | 'frame'>[]
  /** For `spin`. */
  readonly gapMs: number
}

const service = {
  /** Starts the watchdog, or one that pauses by the debugger instead, or none; resolves when it is at work. */
  async watch(by: 'pitwall' | 'debugger' | 'nobody'): Promise<void> {
    if (by === 'pitwall') blockedLoop.start()
    if (by === 'debugger') pauseByDebugger()
    writeFileSync(path, Buffer.alloc(4_000_000))
    process.once('exit', () => rmSync(path, { force: true }))
    await pause(2_000)
  },
  /** Makes what is to be serialized. */
  prepare(): void {
    records = Array.from({ length: 1_500_000 }, (_, index) => ({ index, name: `record ${index}` }))
  },
  /** Blocks once, in a turn of its own, and waits until all has been said of it. */
  async block(kind: keyof typeof kinds, delayMs: number): Promise<MadeBlock> {
    await pause(delayMs)
    const known = new Set(recentBlocks())
    const start = performance.now()
    kinds[kind]()
    const milliseconds = performance.now() - start
    await pause(250)
    const reports = recentBlocks()
      .filter((block) => !known.has(block))
      .map(({ cause, durationMs, frame }) => ({ cause, durationMs, ...(frame && { frame }) }))
    return { kind, milliseconds, reports, gapMs: longestGapMs }
  },
  /** Works in pieces of so many milliseconds, with as long a rest; says how often that was called a block of code, and of the host. */
  async work(milliseconds: number, pieceMs: number): Promise<{ code: number; host: number }> {
    const known = new Set(recentBlocks())
    const until = end(milliseconds)
    while (performance.now() < until) {
      const piece = end(pieceMs)
      while (performance.now() < piece);
      await pause(pieceMs)
    }
    return reported(known)
  },
  /** Does nothing; says what it cost, and what was reported. */
  async rest(milliseconds: number): Promise<{ cpuShare: number; rssMiB: number; code: number; host: number }> {
    const known = new Set(recentBlocks())
    const [before, start] = [process.cpuUsage(), performance.now()]
    await pause(milliseconds)
    const { user, system } = process.cpuUsage(before)
    const cpuShare = (user + system) / 1_000 / (performance.now() - start)
    return { cpuShare, rssMiB: process.memoryUsage.rss() / 2 ** 20, ...reported(known) }
  },
}

function reported(known: ReadonlySet<Block>) {
  const blocks = recentBlocks().filter((block) => !known.has(block))
  const host = blocks.filter(({ cause }) => cause === 'host').length
  return { code: blocks.length - host, host }
}

/** An agent whose event loop is blocked on demand. */
export type BlockingService = typeof service

serve(service)
