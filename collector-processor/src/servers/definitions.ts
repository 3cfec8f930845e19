import { alertmanager } from './alertmanager.ts'
import { collector } from './collector.ts'
import type { ServerDefinition } from './definition.ts'
import { prometheus } from './prometheus.ts'
import { redis } from './redis.ts'

/** Every server, in the order in which they are shown. */
export const definitions: readonly ServerDefinition[] = [redis, collector, prometheus, alertmanager]
