import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** An address that packets vanish at: nobody accepts, nobody refuses. */
export interface BlackHole extends AsyncDisposable {
  readonly port: number
}

const listen = `
const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))`

/** A server that is stopped (SIGSTOP), and whose queue of connections is full: the system answers no further attempt. */
export async function startBlackHole(): Promise<BlackHole> {
  const child = spawn(process.execPath, ['--eval', listen], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line]: unknown[] = await once(child.stdout, 'data')
  const port = Number(String(line))
  child.kill('SIGSTOP')
  const waiting = Array.from({ length: 8 }, (): Socket => connect(port, '127.0.0.1').on('error', () => {}))
  await Promise.race(waiting.map((socket) => once(socket, 'connect')))
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy()
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
