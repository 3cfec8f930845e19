import { tracingChannel } from 'node:diagnostics_channel'

let seconds: number | undefined
let isWatching = false

/** Seconds from the start of the process until its entry module was loaded, with all that it imports; undefined where that was not seen. */
export function startSeconds(): number | undefined {
  return seconds
}

/**
 * Watches for the end of the start. It is seen where the SDK is loaded before the entry module, by `--import`; a module that awaits its
 * whole work at its top level is loaded when that is done. In worker threads it is of no use: they begin later than the process.
 */
export function watchStart(): void {
  if (isWatching) return
  isWatching = true
  const loaded = tracingChannel('module.import').asyncEnd
  const listener = (message: unknown) => {
    if (!isOfEntry(message)) return
    // Not by a named import of `node:process`, which takes milliseconds because it reads every property.
    seconds = performance.now() / 1_000
    loaded.unsubscribe(listener)
  }
  loaded.subscribe(listener)
}

/** Whether what was imported is the entry module, which nothing imports. */
function isOfEntry(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'parentURL' in message && message.parentURL === undefined
}
