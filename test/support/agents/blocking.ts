import { execSync } from 'node:child_process'
import { pbkdf2Sync } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Block, metricProducer, profiled, recentBlocks } from '@pitwall/sdk'
import blockedLoop from '@pitwall/sdk/profilers/blocked-loop'
import eventLoop from '@pitwall/sdk/profilers/event-loop'

/**
 * An agent that blocks its event loop in the ways that its arguments name, each in a turn of its own, and prints as its last
 * line what the SDK knows of that: `{ blocks, points }`, the blocks by the way.
 */
const numbers = Array.from({ length: 600_000 }, () => Math.random())
const records = numbers.map((value, index) => ({ index, name: `record ${index}`, value }))

function spin(milliseconds: number = 400): number {
  const end = performance.now() + milliseconds
  let turns = 0
  while (performance.now() < end) turns++
  return turns
}

function hash(): string {
  return pbkdf2Sync('password', 'salt', 900_000, 64, 'sha512').toString('hex')
}

function shell(): string {
  return execSync('sleep 0.4').toString()
}

function match(): boolean {
  return /^(a+)+$/.test(`${'a'.repeat(25)}b`)
}

function serialize(): number {
  const text = JSON.stringify([records, records, records])
  return Buffer.byteLength(text)
}

function file(): number {
  const path = join(tmpdir(), `pitwall-blocking-${process.pid}`)
  writeFileSync(path, Buffer.alloc(300_000_000))
  const size = readFileSync(path).length
  rmSync(path)
  return size
}

/** Sorting cannot be interrupted; what is called after it has done nothing. */
function sortThenCall(): number {
  const sorted = numbers.toSorted()
  return innocent(sorted)
}

function innocent(values: readonly number[]): number {
  let sum = 0
  for (const value of values.slice(0, 9)) sum += value
  return sum
}

function sortLast(): number[] {
  return numbers.toSorted()
}

async function sortThenContinue(): Promise<void> {
  await Promise.resolve()
    .then(sortLast)
    .then((sorted) => innocent(sorted))
}

const rank = profiled(function rank(): number {
  return inner()
})

function inner(): number {
  return spin(400)
}

function collect(): number {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  const end = performance.now() + 400
  let rounds = 0
  for (; performance.now() < end; rounds++) collectGarbage()
  return rounds
}

/** Two parts, the second one longer. */
function parts(): number {
  return spin(250) + longerPart()
}

function longerPart(): number {
  const end = performance.now() + 1_500
  let turns = 0
  while (performance.now() < end) turns++
  return turns
}

/** At work all the time, as a healthy loop is: in pieces that let others run. */
async function busy(): Promise<void> {
  const end = performance.now() + 3_000
  while (performance.now() < end) {
    spin(25)
    await pause(1)
  }
}

async function idle(): Promise<void> {
  await pause(2_500)
}

const kinds: Readonly<Record<string, () => unknown>> = {
  spin: () => spin(),
  hash,
  shell,
  match,
  serialize,
  file,
  sortThenCall,
  sortThenContinue,
  rank,
  collect,
  parts,
  busy,
  idle,
  exit: () => {
    shell()
    process.exit(3)
  },
}

blockedLoop.start()
eventLoop.start()
await pause(1_600)
console.log('ready')
const blocks: Record<string, readonly Block[]> = {}
for (const kind of process.argv.slice(2)) {
  await pause(250)
  const known = new Set(recentBlocks())
  await kinds[kind]?.()
  await pause(250)
  blocks[kind] = recentBlocks().filter((block) => !known.has(block))
}
// The event-loop profiler judges a second when the next one has passed.
await pause(2_100)
const { resourceMetrics } = await metricProducer.collect()
const points = resourceMetrics.scopeMetrics
  .flatMap(({ metrics }) => metrics)
  .flatMap(({ descriptor, dataPoints }) => dataPoints.map(({ attributes, value }) => ({ metric: descriptor.name, attributes, value })))
  .filter(({ metric }) => metric.startsWith('pitwall.eventloop') || metric.startsWith('pitwall.sdk'))
console.log(JSON.stringify({ blocks, points }))
