import { run } from '../run/run.ts'
import { type Command, UsageError } from './command.ts'

/** `pitwall run`: any program, with the SDK in it, and a summary at its end. */
export default {
  summary: 'Run a program with the SDK in every Node.js process of it, and say at its end what they did.',
  operands: '-- COMMAND [ARGUMENTS]',
  options: {
    json: { type: 'string', value: 'FILE', description: 'Write the summary as one JSON document as well.' },
    output: { type: 'string', value: 'FILE', description: 'Write the summary there instead of to stderr.' },
  },
  examples: [
    'pitwall run -- node agent.js --city Rome',
    'pitwall run --json summary.json -- npm start',
    'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 pitwall run -- npx tsx agent.ts',
  ],
  run({ json, output }, io, [command, ...args]) {
    if (command === undefined) throw new UsageError('what is to be run? For example: pitwall run -- node agent.js')
    const file = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined)
    return run({ command, args, jsonFile: file(json), textFile: file(output) }, io)
  },
} satisfies Command
