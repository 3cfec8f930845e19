import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { system } from '../../../sdk/src/contract/index.ts'
import processProfiler from '../../../sdk/src/profilers/process.ts'
import { startAgent } from '../../support/agent-process.ts'
import { collected, total } from '../../support/collected.ts'

/** Works for some seconds on CPU, memory, disk and context switches while two readers collect at intervals of their own; then rests. */
const agent = `
  import { mkdtempSync, openSync, writeSync, fsyncSync, rmSync } from 'node:fs'
  import { tmpdir } from 'node:os'
  import { setTimeout as delay } from 'node:timers/promises'
  import { metricProducer } from '@pitwall/sdk'
  import profiler from '@pitwall/sdk/profilers/process'
  profiler.start()
  const totals = async () => Object.fromEntries((await metricProducer.collect()).resourceMetrics.scopeMetrics[0].metrics.flatMap((metric) =>
    metric.dataPoints.map((point) => [[metric.descriptor.name, ...Object.values(point.attributes)].join(' '), point.value])))
  const readers = [110, 170].map((ms) => {
    const reader = { grown: {}, last: undefined, async collect() {
      const now = await totals()
      for (const [name, value] of Object.entries(now)) reader.grown[name] = (reader.grown[name] ?? 0) + value - (reader.last?.[name] ?? 0)
      reader.last = now
    } }
    reader.timer = setInterval(() => reader.collect(), ms)
    return reader
  })
  const folder = mkdtempSync(tmpdir() + '/pitwall-')
  const file = openSync(folder + '/data', 'w')
  // Goes with the process.
  rmSync(folder, { recursive: true })
  const memory = []
  for (let round = 0; round < 40; round++) {
    memory.push(Buffer.alloc(2_000_000, round))
    const end = performance.now() + 60
    while (performance.now() < end);
    writeSync(file, memory[round])
    if (round % 10 === 0) fsyncSync(file)
    for (let wait = 0; wait < 40; wait++) await delay(1)
  }
  fsyncSync(file)
  for (const reader of readers) clearInterval(reader.timer)
  // By then no reading is fresh any more.
  await delay(1_100)
  await Promise.all(readers.map((reader) => reader.collect()))
  const { userCPUTime, systemCPUTime, minorPageFault } = process.resourceUsage()
  console.log(JSON.stringify({ grown: readers.map((reader) => reader.grown), usage: { userCPUTime, systemCPUTime, minorPageFault } }))
  console.log('measured')
  setTimeout(() => console.log(memory.length), 60_000)`

const within = (share: number, expected: number, slack: number = 0) => ({
  from: expected * (1 - share) - slack,
  to: expected * (1 + share) + slack,
})
function expectWithin(what: string, found: number | undefined, { from, to }: { from: number; to: number }): void {
  expect(found, what).toBeGreaterThanOrEqual(from)
  expect(found, what).toBeLessThanOrEqual(to)
}

describe('the profiler of the process', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('says the same as /proc, ps and resourceUsage within 2 %, and to two readers the same', async () => {
    const { child, printed, end } = startAgent(['--input-type=module', '--eval', agent])
    await printed('measured')
    const pid = child.pid ?? 0
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .map(Number)
    const io = readFileSync(`/proc/${pid}/io`, 'utf8')
    const switches = (kind: string) =>
      readdirSync(`/proc/${pid}/task`)
        .map((task) =>
          Number(new RegExp(`^${kind}_ctxt_switches:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8'))?.[1]),
        )
        .reduce((sum, count) => sum + count, 0)
    const proc = { voluntary: switches('voluntary'), involuntary: switches('nonvoluntary'), files: readdirSync(`/proc/${pid}/fd`).length }
    const [rss, threads, seconds] = execFileSync('ps', ['-o', 'rss=,nlwp=,etimes=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/)
      .map(Number)
    child.kill('SIGKILL')
    const { grown, usage }: { grown: Record<string, number>[]; usage: Record<string, number> } = JSON.parse(
      (await end).stdout.split('\n')[0] ?? '',
    )

    const [one = {}, other = {}] = grown
    for (const [name, value] of Object.entries(one).filter(([known]) => /^(process|system)/.test(known)))
      expect(other[name], `${name}, to the other reader`).toBeCloseTo(value, 6)
    const cpu = (one[`${system.cpuTime.name} user`] ?? 0) + (one[`${system.cpuTime.name} system`] ?? 0)
    expectWithin('CPU time in /proc, in hundredths of a second', cpu, within(0.02, ((stat[11] ?? 0) + (stat[12] ?? 0)) / 100, 0.02))
    expectWithin('CPU time of resourceUsage', cpu, within(0.02, ((usage['userCPUTime'] ?? 0) + (usage['systemCPUTime'] ?? 0)) / 1e6))
    expectWithin('minor faults in /proc', one[`${system.pagingFaults.name} minor`], within(0.02, stat[7] ?? 0))
    expectWithin('minor faults of resourceUsage', one[`${system.pagingFaults.name} minor`], within(0.02, usage['minorPageFault'] ?? 0))
    expectWithin('memory in ps', one[system.memoryUsage.name], within(0.02, (rss ?? 0) * 1_024))
    expectWithin('threads in ps', one[system.threads.name], within(0, threads ?? 0))
    expectWithin('seconds in ps', one[system.uptime.name], within(0.02, seconds ?? 0, 1))
    expectWithin('voluntary switches', one[`${system.contextSwitches.name} voluntary`], within(0.02, proc.voluntary, 20))
    expectWithin('involuntary switches', one[`${system.contextSwitches.name} involuntary`], within(0.02, proc.involuntary, 20))
    expectWithin('open files', one[system.fileDescriptors.name], within(0, proc.files))
    expectWithin('bytes written', one[`${system.diskIo.name} write`], within(0.02, Number(/^write_bytes: (\d+)/m.exec(io)?.[1]), 8_192))
  })

  it('counts CPU time of the past, from the start of the process', () => {
    stop = processProfiler.start()
    const { user, system: kernel } = process.cpuUsage()
    expectWithin('CPU time', total(system.cpuTime, {}), within(0.05, (user + kernel) / 1e6))
  })

  it('gives nothing of the process when stopped', () => {
    processProfiler.start()()
    expect(collected(system.cpuTime, {})).toEqual([])
  })
})
