import { cached, profiled } from '@pitwall/sdk'
import { agentFunction } from '../agent-function.ts'

function normalizeCity(city: string): string {
  return `city ${city}`.normalize('NFKC').toLocaleLowerCase('en').trim()
}

/** Hot and repetitive, but so cheap that a cache would gain nothing. */
export default agentFunction(profiled(normalizeCity), () => cached(normalizeCity, { name: 'normalizeCity' }))
