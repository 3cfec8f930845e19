import { number } from './metric.ts'

/** Environment variable that asks for the continuous CPU profile. */
export const cpuProfileVariable = 'PITWALL_CPU_PROFILE'

/** What the continuous CPU profile says: bounded, so that rules can ask for functions and lines. */
export const cpuProfiles = {
  cpuTime: number(
    'counter',
    'pitwall.profile.cpu.time',
    's',
    ['code.function.name', 'code.file.path'],
    'Time of the main thread in a function itself, by samples of its stack; what is not among the costliest counts for `other`.',
  ),
  lineCpuTime: number(
    'counter',
    'pitwall.profile.line.cpu.time',
    's',
    ['code.file.path', 'code.line.number'],
    'The same by line of the source; what is not among the costliest counts for the file `other`.',
  ),
} as const
