import { setTimeout as wait } from 'node:timers/promises'
import { cached, profiled } from '@pitwall/sdk'
import { workload } from '../../workload.ts'
import { agentFunction, cacheLimits } from '../agent-function.ts'

const { costMs } = workload.summarizeConversation

async function summarizeConversation(conversation: string): Promise<string> {
  await wait(costMs)
  return `Summary of ${conversation}`
}

/** Slow, but never asked the same thing twice: a cache would gain nothing. */
export default agentFunction(profiled(summarizeConversation), (change) =>
  cached(summarizeConversation, { name: 'summarizeConversation', ...cacheLimits(change) }),
)
