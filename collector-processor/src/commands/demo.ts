import { demoOptions } from '../demo/demo-options.ts'
import { runDemo } from '../demo/demo.ts'
import type { Command } from './command.ts'

/** `pitwall demo`: everything, once, on this machine. */
export default {
  summary: 'Watch a fleet of agents, get ranked advice, apply the best of it and see it verified, in half a minute.',
  options: {
    json: { type: 'boolean', description: 'One JSON document on stdout; progress on stderr.' },
    seed: { type: 'string', value: 'N', description: 'Seed of the workload. Default 1.' },
    agents: { type: 'string', value: 'N', description: 'Agent processes, 1 to 16. Default 3.' },
    trace: {
      type: 'string',
      value: 'FILE',
      description: 'Replay recorded traffic instead: timestamp_ms, key, size_bytes, cost_ms, agent.',
    },
    'cost-ms': { type: 'string', value: 'N', description: 'Cost of a replayed request that knows none, in milliseconds. Default 20.' },
    duration: { type: 'string', value: 'SECONDS', description: 'How long the agents work: 26 for a trace, at most 40 otherwise.' },
    keep: { type: 'boolean', description: 'Leave servers, agents and pages up until Ctrl-C.' },
  },
  examples: ['pitwall demo', 'pitwall demo --keep', 'pitwall demo --trace recording.tsv.gz --json'],
  run: (values, io) => runDemo(demoOptions(values), io),
} satisfies Command
