import { readdirSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { EvictionPolicy } from '../../../../sdk/dist/cache/eviction/policy.js'
import type { replay } from './replay.ts'

/** An eviction policy of the SDK, and a loop of its own: in one that all shared, no call could be inlined, as it is in an agent. */
export interface Candidate {
  readonly name: string
  readonly policy: EvictionPolicy
  readonly replay: typeof replay
}

/** Every eviction policy of the SDK. */
export async function candidates(): Promise<Candidate[]> {
  const folder = resolve(import.meta.dirname, '../../../../sdk/dist/cache/eviction')
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .map((file) => basename(file, '.js'))
    .filter((name) => name !== 'policy')
  return Promise.all(names.map(candidate))
}

async function candidate(name: string): Promise<Candidate> {
  const module: { default: () => EvictionPolicy } = await import(`@pitwall/sdk/eviction/${name}`)
  // A module of another address is another module, whose functions are compiled for themselves.
  const loop: { replay: typeof replay } = await import(`./replay.js?${name}`)
  return { name, policy: module.default(), replay: loop.replay }
}
