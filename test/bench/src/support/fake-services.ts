import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** Time that the model takes for an answer, in milliseconds: from the first to the sum of both. */
const SHORTEST_MS = 50
const SPREAD_MS = 450

const words = 'the agent compares offers for a flight to Rome with a stop in Vienna and finds that policy allows it'.split(' ')

/** So many words of text. */
export function text(length: number): string {
  return Array.from({ length }, (_, at) => words[(at * 7) % words.length]).join(' ')
}

/** An answer of about 3 KB, as chat completions have it. */
const answer = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'fake',
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: text(400),
        tool_calls: [
          { id: 'call-1', type: 'function', function: { name: 'search', arguments: JSON.stringify({ query: text(8), limit: 5 }) } },
        ],
      },
    },
  ],
  usage: { prompt_tokens: 1_800, completion_tokens: 420, total_tokens: 2_220 },
})

/** A model that waits, and a Collector that takes everything. */
export interface FakeServices extends AsyncDisposable {
  readonly url: string
}

/** Starts both on one port: what is posted to `/v1/metrics` is for the Collector. */
export async function startFakeServices(): Promise<FakeServices> {
  let asked = 0
  const server = createServer((request, response) => {
    void read(request).then(async () => {
      // Spread evenly and always the same, so that both sides wait alike.
      if (request.url !== '/v1/metrics') await delay(SHORTEST_MS + ((asked++ * 137) % SPREAD_MS))
      response.setHeader('content-type', request.url === '/v1/metrics' ? 'application/x-protobuf' : 'application/json')
      response.end(request.url === '/v1/metrics' ? '' : answer)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The fake services have no address.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Body of a request or an answer. */
export async function read(message: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of message.setEncoding('utf8')) body += String(part)
  return body
}
