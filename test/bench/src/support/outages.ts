import { connect, type Socket } from 'node:net'
import type { GateService } from './gate-worker.ts'
import { RedisServer } from './redis-server.ts'
import { Worker } from './worker.ts'

/** A Redis that can be lost in one way, and come back. */
export interface Losable {
  /** Where clients connect to. */
  readonly url: string
  /** Where it is reached past whatever is lost. */
  readonly directUrl: string
  lose(): Promise<void>
  /** Resolves when it is there again. */
  regain(): Promise<void>
  stop(): Promise<void>
}

/** The ways in which a Redis is lost. */
export const outages = { killed, frozen, 'black-holed': blackHoled, 'answering garbage': garbage } as const

/** Name of a way. */
export type Outage = keyof typeof outages

/** SIGKILL: connections are refused, and what it knew is gone. */
async function killed(): Promise<Losable> {
  const redis = await RedisServer.start()
  return { url: redis.url, directUrl: redis.url, lose: () => redis.kill(), regain: () => redis.restart(), stop: () => redis.stop() }
}

/** SIGSTOP: connections stay and new ones are made, answers do not come. */
async function frozen(): Promise<Losable> {
  const redis = await RedisServer.start()
  return {
    url: redis.url,
    directUrl: redis.url,
    lose: async () => redis.freeze(),
    regain: async () => redis.resume(),
    stop: () => redis.stop(),
  }
}

/** Packets get no answer, not even those that ask for a connection. */
async function blackHoled(): Promise<Losable> {
  const gate = await openGate()
  const waiting: Socket[] = []
  return {
    ...gate,
    async lose() {
      process.kill(gate.worker.pid, 'SIGSTOP')
      // They fill the queue of connections that wait to be accepted; the system answers no further ones.
      for (let count = 0; count < 8; count++) waiting.push(connect(gate.port, '127.0.0.1').on('error', () => {}))
    },
    async regain() {
      for (const socket of waiting) socket.destroy()
      process.kill(gate.worker.pid, 'SIGCONT')
    },
  }
}

/** The address answers, but what it says is none of Redis's. */
async function garbage(): Promise<Losable> {
  const gate = await openGate()
  return { ...gate, lose: () => gate.worker.ask('sayGarbage', true), regain: () => gate.worker.ask('sayGarbage', false) }
}

async function openGate() {
  const redis = await RedisServer.start()
  const worker = new Worker<GateService>('gate-worker')
  const port = await worker.ask('listen', redis.port)
  const stop = async (): Promise<void> => {
    await worker.kill()
    await redis.stop()
  }
  return { worker, port, url: `redis://127.0.0.1:${port}`, directUrl: redis.url, stop }
}
