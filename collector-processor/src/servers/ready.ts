import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const PROBE_MS = 1_000

/** Whether a URL answers with a status below 300. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_MS) })
  await response.body?.cancel()
  return response.ok
}

/** Whether a server's reply to a line has a text in it (`PING` → `+PONG`). */
export function replies(address: string, line: string, expected: string): Promise<boolean> {
  return new Promise((resolve) => {
    const [host = '', port] = address.split(':')
    const socket = connect({ host, port: Number(port), timeout: PROBE_MS })
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => socket.write(`${line}\r\n`))
    socket.once('data', (data) => end(data.toString('utf8').includes(expected)))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
    socket.once('timeout', () => end(false))
  })
}

/** Asks until the answer is yes; the pause between questions grows from 10 to 200 ms. False when it never was before the deadline. */
export async function until(ask: () => Promise<boolean>, deadlineMs: number, giveUp: () => boolean = () => false): Promise<boolean> {
  const end = performance.now() + deadlineMs
  for (let pause = 10; performance.now() < end && !giveUp(); pause = Math.min(200, pause * 1.5)) {
    if (await ask().catch(() => false)) return true
    await delay(pause)
  }
  return false
}
