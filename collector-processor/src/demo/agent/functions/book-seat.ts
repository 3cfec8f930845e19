import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { cached, profiled } from '@pitwall/sdk'
import { workload } from '../../workload.ts'
import { agentFunction, cacheLimits } from '../agent-function.ts'

const { costMs } = workload.bookSeat

async function bookSeat(flight: string): Promise<{ flight: string; booking: string }> {
  await wait(costMs)
  return { flight, booking: randomUUID() }
}

/** The same arguments again and again, but every call books another seat: a cache would break it. */
export default agentFunction(profiled(bookSeat), (change) => cached(bookSeat, { name: 'bookSeat', ...cacheLimits(change) }))
