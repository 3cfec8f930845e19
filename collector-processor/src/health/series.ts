import { health } from '@pitwall/sdk/contract'
import type { Report } from '../recommendation/recommendation.ts'
import { point, type Point } from '../recommendation/series.ts'

/** Services that are exported, at most: the worst ones. */
const MAX_EXPORTED = 250

/** The health of the services of a report as series of the contract: the state of each is 1, the others are not there. */
export function healthSeries({ health: services = [] }: Report): readonly Point[] {
  return services.slice(0, MAX_EXPORTED).map(({ service, state }) => point(health.service, { service, health: state }, 1))
}
