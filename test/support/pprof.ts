import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Profile } from 'pprof-format'

/** One sample of a pprof file, with names instead of numbers. */
export interface PprofSample {
  /** `name file:line`, the running function first. */
  readonly stack: readonly string[]
  readonly samples: number
  readonly nanoseconds: number
  readonly labels: Readonly<Record<string, string>>
}

/** Reads a compressed pprof file with the library's decoder. */
export function readPprof(bytes: Uint8Array): readonly PprofSample[] {
  const profile = Profile.decode(gunzipSync(bytes))
  const text = (index: number | bigint) => profile.stringTable.strings[Number(index)] ?? '?'
  const functions = new Map(profile.function.map((one) => [Number(one.id), one] as const))
  const locations = new Map(profile.location.map((one) => [Number(one.id), one] as const))
  const frame = (id: number | bigint): string => {
    const line = locations.get(Number(id))?.line[0]
    const made = functions.get(Number(line?.functionId))
    return made === undefined ? '?' : `${text(made.name)} ${text(made.filename)}:${line?.line}`
  }
  return profile.sample.map(({ locationId, value, label }) => ({
    stack: locationId.map((id) => frame(id)),
    samples: Number(value[0]),
    nanoseconds: Number(value[1]),
    labels: Object.fromEntries(label.map(({ key, str }) => [text(key), text(str)])),
  }))
}

/** Whether this machine has Go, whose tool is the reference reader of the format. */
export const hasGo = spawnSync('go', ['version']).status === 0

/** The function with most time of its own: by `go tool pprof -top`, or, where there is no Go, by the library's decoder. */
export function firstFunction(file: string): string | undefined {
  if (hasGo) {
    const { stdout, stderr, status } = spawnSync('go', ['tool', 'pprof', '-top', file], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`go tool pprof refuses ${file}: ${stderr}`)
    const lines = stdout.split('\n')
    return lines[lines.findIndex((line) => line.includes('flat%')) + 1]?.trim().split(/\s+/).slice(5).join(' ')
  }
  const own = new Map<string, number>()
  for (const { stack, nanoseconds } of readPprof(readFileSync(file))) {
    const name = stack[0]?.replace(/ [^ ]*$/, '') ?? '?'
    own.set(name, (own.get(name) ?? 0) + nanoseconds)
  }
  return [...own].toSorted(([, one], [, other]) => other - one)[0]?.[0]
}
