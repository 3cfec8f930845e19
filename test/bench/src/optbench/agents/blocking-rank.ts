import { Worker } from 'node:worker_threads'
import { profiled } from '@pitwall/sdk'
import type { LiveAgent } from '../live-agent.ts'
import { between } from '../traffic.ts'

const compute = `(ms) => { const end = performance.now() + ms; let sum = 0; while (performance.now() < end) sum += Math.sqrt(sum + 1); return sum }`
const hold = (ms: number): number => {
  const end = performance.now() + ms
  let sum = 0
  while (performance.now() < end) sum += Math.sqrt(sum + 1)
  return sum
}

export default {
  title: 'a function that computes for so long that the event loop stands still, for arguments that never come back',
  truths: [{ rule: 'blocked-event-loop', subject: 'rank' }],
  perSecond: 2,
  costs: 'held',
  begin(random) {
    const ms = between(random, 80, 140)
    let list = 0
    const rank = profiled((_list: number) => hold(ms), { name: 'rank' })
    return {
      call: () => rank(list++),
      fixed() {
        const code = `const { parentPort } = require('node:worker_threads'); parentPort.on('message', (ms) => parentPort.postMessage((${compute})(ms)))`
        const worker = new Worker(code, { eval: true })
        worker.unref()
        return () => worker.postMessage(ms, [])
      },
    }
  },
} satisfies LiveAgent
