import { profiled } from '@pitwall/sdk'
import { workload } from '../../workload.ts'
import { agentFunction } from '../agent-function.ts'
import { compute, computeInSlices } from '../compute.ts'

const { costMs } = workload.rankItineraries

function rankItineraries(batch: string): string {
  return `${batch}: ${compute(costMs)}`
}

async function rankItinerariesInSlices(batch: string): Promise<string> {
  return `${batch}: ${await computeInSlices(costMs)}`
}

/** Computes on the main thread while everyone else waits. */
export default agentFunction(profiled(rankItineraries), () => profiled(rankItinerariesInSlices, { name: 'rankItineraries' }))
