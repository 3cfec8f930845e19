import { Worker } from 'node:worker_threads'

const HEARTBEAT_MS = 100
const STALL_MS = 150

/** The program of the thread: as loop monitors do that pause the main thread by the debugger, attached when a stall is seen. */
const program = `
  const { workerData: beats } = require('node:worker_threads')
  const { Session } = require('node:inspector')
  let [beat, since, seen] = [0, performance.now(), -1]
  setInterval(() => {
    const now = Atomics.load(beats, 0)
    if (now !== beat) [beat, since] = [now, performance.now()]
    if (seen === beat || performance.now() - since < ${STALL_MS}) return
    seen = beat
    const session = new Session()
    session.connectToMainThread()
    session.on('Debugger.paused', () => session.post('Debugger.resume', () => session.disconnect()))
    session.post('Debugger.enable')
    session.post('Debugger.pause')
  }, 50)`

/** Watches the main thread in the way of the peers, for comparison. */
export function pauseByDebugger(): void {
  const beats = new Int32Array(new SharedArrayBuffer(4))
  setInterval(() => Atomics.add(beats, 0, 1), HEARTBEAT_MS).unref()
  new Worker(program, { eval: true, workerData: beats }).unref()
}
