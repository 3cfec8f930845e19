import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { diag } from '@opentelemetry/api'
import { reason } from '../../telemetry/diagnostics.ts'
import { addSource, type MetricSource } from '../../telemetry/source.ts'

/** Takes what a library publishes, and has numbers of it. */
export interface Observer {
  readonly caches: MetricSource
  /** By the name of the diagnostics channel. Called by the library, inside the agent's own call. */
  readonly listeners: Readonly<Record<string, (message: unknown) => void>>
}

/** Lets the observer hear of everything from now on, and exports its numbers; returns the function that ends both. */
export function observe({ caches, listeners }: Observer): () => void {
  const subscriptions = Object.entries(listeners).map(([channel, listener]) => [channel, guarded(listener)] as const)
  for (const [channel, listener] of subscriptions) subscribe(channel, listener)
  const removeSource = addSource(caches)
  return () => {
    for (const [channel, listener] of subscriptions) unsubscribe(channel, listener)
    removeSource()
  }
}

/** What a listener throws would end the agent; what it could not read is not counted. */
function guarded(listener: (message: unknown) => void): (message: unknown) => void {
  return (message) => {
    try {
      listener(message)
    } catch (error) {
      diag.debug(`something that a library tells could not be counted (${reason(error)}).`)
    }
  }
}
