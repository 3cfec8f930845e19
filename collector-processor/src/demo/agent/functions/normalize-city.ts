import { cached, profiled } from '@pitwall/sdk'
import { agentFunction, cacheLimits } from '../agent-function.ts'

function normalizeCity(city: string): string {
  return `city ${city}`.normalize('NFKC').toLocaleLowerCase('en').trim()
}

/** Hot and repetitive, but so cheap that a cache would gain nothing. */
export default agentFunction(profiled(normalizeCity), (change) => cached(normalizeCity, { name: 'normalizeCity', ...cacheLimits(change) }))
