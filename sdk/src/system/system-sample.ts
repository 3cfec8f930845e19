import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { watchLoopDelay } from '../sampling/loop-delay.ts'
import { busyShare, LoopUseReader } from '../sampling/loop-use.ts'
import { ProcessReader, type ProcessReading } from '../sampling/process-reading.ts'

/** What the process was doing between two looks. Undefined: not known on this system, or nothing happened to be measured. */
export interface SystemSample {
  /** Moment of the later look, milliseconds on a monotonic clock. */
  readonly at: number
  /** CPU time of all threads a second: 1 is one core. */
  readonly cpuShare: number
  /** Physical memory of the process. */
  readonly memoryBytes: number
  readonly heapUsedBytes: number
  /** Share of the time in which the event loop was busy, 0 to 1. */
  readonly loopUtilization: number
  /** Mean and longest turn of the event loop; not known before Node 24. */
  readonly loopDelayMs: number | undefined
  readonly loopDelayMaxMs: number | undefined
  /** Share of the time in which garbage collection stopped the main thread, 0 to 1. */
  readonly gcShare: number
  readonly diskReadBytesPerSecond: number | undefined
  readonly diskWriteBytesPerSecond: number | undefined
  /** Through all network interfaces that the process sees but loopback. */
  readonly networkReceiveBytesPerSecond: number | undefined
  readonly networkTransmitBytesPerSecond: number | undefined
}

/** Looks at the process again and again; what it gives is of the time since the look before, whoever else looks. */
export class SystemSampler {
  readonly #loop = watchLoopDelay()
  readonly #process = new ProcessReader()
  readonly #observer: PerformanceObserver
  #gcMs = 0
  #at: number
  #reading: ProcessReading
  readonly #use = new LoopUseReader()
  #used = this.#use.read()

  constructor(now: number) {
    this.#at = now
    this.#reading = this.#process.read()
    this.#observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) this.#gcMs += duration
    })
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  /** @param now milliseconds of the clock that the sampler was made with, later than at the look before */
  next(now: number): SystemSample {
    const seconds = (now - this.#at) / 1_000
    const before = this.#reading
    const reading = this.#process.read()
    const delays = this.#loop?.nextWindow()
    const used = this.#use.read()
    const perSecond = (later: number | undefined, earlier: number | undefined) =>
      later === undefined || earlier === undefined ? undefined : (later - earlier) / seconds
    const sample: SystemSample = {
      at: now,
      cpuShare: (reading.userCpu + reading.systemCpu - before.userCpu - before.systemCpu) / seconds,
      memoryBytes: reading.memory,
      heapUsedBytes: getHeapStatistics().used_heap_size,
      loopUtilization: busyShare(this.#used, used),
      loopDelayMs: delays && delays.mean * 1_000,
      loopDelayMaxMs: delays && delays.max * 1_000,
      gcShare: Math.min(1, this.#gcMs / (now - this.#at)),
      diskReadBytesPerSecond: perSecond(reading.disk?.in, before.disk?.in),
      diskWriteBytesPerSecond: perSecond(reading.disk?.out, before.disk?.out),
      networkReceiveBytesPerSecond: perSecond(reading.network?.in, before.network?.in),
      networkTransmitBytesPerSecond: perSecond(reading.network?.out, before.network?.out),
    }
    this.#at = now
    this.#reading = reading
    this.#used = used
    this.#gcMs = 0
    return sample
  }

  stop(): void {
    this.#observer.disconnect()
    this.#loop?.stop()
    this.#use.stop()
    this.#process.close()
  }
}
