import { parentPort, workerData } from 'node:worker_threads'
import { RequestHandler } from './request-handler.ts'
import { handedOver } from './handed-over.ts'
import type { FromThread, ThreadData, ToThread } from './protocol.ts'

/** The program of the thread that has a file: SQLite's calls are synchronous, and a slow disk is not to stop the agent. */
function serve(port: NonNullable<typeof parentPort>, data: ThreadData): void {
  const handler = new RequestHandler(data, (message) => {
    const answer = message.type === 'answer' ? message.answer : undefined
    port.postMessage(message, handedOver(answer !== undefined && 'entry' in answer ? answer.entry : undefined))
  })
  port.on('message', (message: ToThread) => {
    handler.take(message)
    if (message.type === 'close') port.close()
  })
  port.postMessage({ type: 'started' } satisfies FromThread)
}

if (parentPort !== null) serve(parentPort, workerData)
