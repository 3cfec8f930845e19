import { metricProducer } from '@pitwall/sdk'
import { Cache } from '../../../../sdk/dist/cache/cache.js'
import { keyOfText } from '../../../../sdk/dist/cache/key.js'
import { openCache } from '../../../../sdk/dist/cache/open-cache.js'
import { type CacheSettings, settingsOf } from '../../../../sdk/dist/cache/options/options.js'
import { cpuTime, ENTRIES, KEYS, shuffledReads } from './key-reads.ts'
import { serve } from './worker.ts'

/** A cache whose listener does nothing, and that nothing follows the keys of. */
function withoutTelemetry(settings: CacheSettings): Cache {
  const storages = settings.backend.open({ ...settings, part: undefined, onEvict: () => {} })
  return new Cache(settings, storages, { on() {} }, undefined)
}

const settings = settingsOf({ ttl: '1h', maxEntries: ENTRIES }, 'bench-telemetry')
const on = process.argv[2] === 'on'
const cache = on ? openCache(settings, undefined).cache : withoutTelemetry(settings)
const order = shuffledReads()
/** How often a reader collects: more often than any agent's does. */
const COLLECT_EVERY_MS = 1_000
let collectedAt = performance.now()

async function reads(): Promise<void> {
  // What the function that `cached` gives does for a call of one string.
  for (const key of order) if ((await cache.lookup(keyOfText(key))) === undefined) throw new Error('a miss')
  if (!on || performance.now() - collectedAt < COLLECT_EVERY_MS) return
  collectedAt = performance.now()
  await metricProducer.collect()
}

const service = {
  async fill(): Promise<void> {
    for (const key of KEYS) await cache.read(key, async () => key)
  },
  /** Nanoseconds of CPU a hit, over one round. */
  round: () => cpuTime(reads),
}

/** One process that hits, with telemetry or without: each has code of its own, compiled for what it does. */
export type TelemetryService = typeof service

serve(service)
