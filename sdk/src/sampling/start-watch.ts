import { tracingChannel } from 'node:diagnostics_channel'
import { uptime as systemUptime } from 'node:process'
import { isMainThread } from 'node:worker_threads'
// Not by the index of the contract: `register` loads this first, and would load all its families.
import { system } from '../contract/system.ts'
import { addSource } from '../telemetry/source.ts'

/**
 * Exports how long the process took until its entry module was loaded, with all that it imports. It is seen where the SDK is loaded
 * before it, by `--import`; a module that awaits its whole work at its top level is loaded when that is done. In worker threads nothing is measured.
 * @param uptime seconds that the process has been running; default: the system's
 * @returns ends it, and what it exports
 */
export function watchStart(uptime: () => number = systemUptime): () => void {
  if (!isMainThread) return () => {}
  const loaded = tracingChannel('module.import').asyncEnd
  let seconds: number | undefined
  const listener = (message: unknown) => {
    if (!isOfEntry(message)) return
    seconds = uptime()
    loaded.unsubscribe(listener)
  }
  loaded.subscribe(listener)
  const removeSource = addSource({
    collect(sink) {
      if (seconds !== undefined) sink.number(system.startDuration, {}, seconds)
    },
  })
  return () => {
    loaded.unsubscribe(listener)
    removeSource()
  }
}

/** Whether what was imported is the entry module, which nothing imports. */
function isOfEntry(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'parentURL' in message && message.parentURL === undefined
}
