import { overhead } from '../sampling/overhead.ts'
import { cpuSampler, type Recording } from './cpu-sampler.ts'
import type { CpuWindow } from './cpu-window.ts'
import { profiledBodies } from './profiled-bodies.ts'

/** Begins a recording; its cost is counted. Throws where this Node.js has no inspector. */
export function beginRecording(): Recording {
  return overhead.time('cpu-profile', () => cpuSampler.begin())
}

/** Ends it; its cost is counted. */
export function endRecording(recording: Recording): CpuWindow {
  return overhead.time('cpu-profile', () => recording.end())
}

/** Learns where profiled functions lie, at most so many; only while something is recorded. */
export function learnBodies(atMost?: number): void {
  const { inspect } = cpuSampler
  if (inspect !== undefined) overhead.time('cpu-profile', () => profiledBodies.update(inspect, atMost))
}
