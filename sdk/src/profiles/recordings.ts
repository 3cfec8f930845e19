import { overhead } from '../sampling/overhead.ts'
import { cpuSampler, type Recording } from './cpu-sampler.ts'
import type { CpuWindow } from './cpu-window.ts'
import { profiledBodies } from './profiled-bodies.ts'

/** Begins a recording; its cost is counted. Throws where this Node.js has no inspector. */
export function beginRecording(): Recording {
  return overhead.time('cpu-profile', () => cpuSampler.begin())
}

/** Ends it, and learns where functions lie that have been profiled since the last one ended. */
export function endRecording(recording: Recording): CpuWindow {
  return overhead.time('cpu-profile', () => {
    if (cpuSampler.inspect !== undefined) profiledBodies.update(cpuSampler.inspect)
    return recording.end()
  })
}
