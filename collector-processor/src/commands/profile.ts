import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DEFAULT_PROFILE_SECONDS, type ProfileRequest } from '@pitwall/sdk/contract'
import type { Answer } from '../profile/answers.ts'
import { profileProcess } from '../profile/profile-process.ts'
import { profileProgram } from '../profile/profile-program.ts'
import { type Command, type CommandIo, type OptionValues, UsageError } from './command.ts'

const options = {
  cmd: { type: 'string', value: "'COMMAND'", description: 'Start this, and profile it until it ends or the time is over.' },
  seconds: { type: 'string', value: 'N', description: `How long, 0.1 to 3600. Default ${DEFAULT_PROFILE_SECONDS}.` },
  heap: { type: 'boolean', description: 'What it allocates, and what of it stays, instead of where its CPU time goes.' },
  output: {
    type: 'string',
    value: 'FILE',
    description: 'Where the profile goes. Default cpu-PID.pb.gz or heap-PID.pb.gz; with --folded .folded.',
  },
  folded: { type: 'boolean', description: 'Folded stacks for flame graphs, instead of pprof.' },
} as const satisfies Command['options']

/** A profile of CPU time or of allocations of a process of this user, as a file. */
export default {
  summary: 'Take a profile of CPU time or of allocations, of a process that runs or a program that is started for it.',
  options,
  operands: 'PID',
  examples: [
    'pitwall profile 4711',
    'pitwall profile 4711 --seconds 30 --output slow.pb.gz',
    'pitwall profile 4711 --heap',
    "pitwall profile --cmd 'node agent.js' --folded",
  ],
  run: async (given, io, operands) => {
    // The number of the process may stand before the options as well as after them.
    const [first, ...rest] = operands
    const values: OptionValues = { ...given, ...parseArgs({ args: [...rest], options }).values }
    const { target, output, ...wish } = wishOf(values, first)
    const folder = await mkdtemp(join(tmpdir(), 'pitwall-profile-answer-'))
    try {
      const request: ProfileRequest = { ...wish, folder }
      const answers =
        typeof target === 'number' ? await profileProcess(target, request, io.signal) : await profileProgram(target, request, io)
      return await handOver(answers, { ...request, output }, io)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
} satisfies Command

interface Wish extends Omit<ProfileRequest, 'folder'> {
  /** A process, or a command. */
  readonly target: number | string
  readonly output: string | undefined
}

function wishOf({ cmd, seconds: given, heap, output, folded }: OptionValues, operand: string | undefined): Wish {
  const seconds = Number(given ?? DEFAULT_PROFILE_SECONDS)
  if ((cmd === undefined) === (operand === undefined))
    throw new UsageError("name what to profile: the number of a process, or --cmd 'node agent.js'.")
  if (operand !== undefined && !/^[1-9]\d*$/.test(operand)) throw new UsageError(`'${operand}' is not the number of a process.`)
  if (!(seconds >= 0.1 && seconds <= 3_600)) throw new UsageError(`--seconds must be a number from 0.1 to 3600, not '${String(given)}'.`)
  return {
    target: operand === undefined ? String(cmd) : Number(operand),
    seconds,
    output: typeof output === 'string' ? output : undefined,
    of: heap === true ? 'heap' : 'cpu',
    format: folded === true ? 'folded' : 'pprof',
  }
}

async function handOver(
  [busiest, ...others]: readonly Answer[],
  { of, output, format }: Pick<Wish, 'of' | 'output' | 'format'>,
  io: CommandIo,
): Promise<0 | 1> {
  if (busiest === undefined) {
    const why = io.signal.aborted
      ? 'it was interrupted.'
      : 'no Node.js process answered; it may be held by one call, be taking another profile, or have been killed.'
    io.err(`pitwall profile: there is no profile: ${why}\n`)
    return 1
  }
  const file = output ?? `${of}-${busiest.pid}.${format === 'pprof' ? 'pb.gz' : 'folded'}`
  await copyFile(busiest.file, file)
  const which = of === 'cpu' ? 'the busiest' : 'the one that allocates most'
  if (others.length > 0) io.err(`${others.length + 1} processes ran; this is ${which}, ${busiest.pid}.\n`)
  const amount = of === 'cpu' ? `${(busiest.amount / 1e3).toFixed(2)} s of CPU` : `${(busiest.amount / 1e6).toFixed(1)} MB allocated`
  io.out(`${file}: ${amount} of process ${busiest.pid}\n`)
  if (format === 'pprof') io.err(`Look at it: go tool pprof -http=: ${file}, or https://www.speedscope.app\n`)
  return 0
}
