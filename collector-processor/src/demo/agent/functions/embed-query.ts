import { setTimeout as wait } from 'node:timers/promises'
import { cached, profiled } from '@pitwall/sdk'
import { workload } from '../../workload.ts'
import { agentFunction, cacheLimits } from '../agent-function.ts'

const { costMs } = workload.embedQuery

async function embedQuery(question: string): Promise<readonly number[]> {
  await wait(costMs)
  return Array.from({ length: 8 }, (_, index) => (question.codePointAt(index % question.length) ?? 0) / 128)
}

/** Asked the same questions again and again, and no cache. */
export default agentFunction(profiled(embedQuery), (change) => cached(embedQuery, { name: 'embedQuery', ...cacheLimits(change) }))
