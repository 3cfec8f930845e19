import { createServer } from 'node:net'

/** Below the range from which systems take ports for outgoing connections (Linux 32768, macOS 49152), so that these do not take ours. */
const FIRST = 20_000
const LAST = 32_000

/**
 * Hands out loopback ports that are free now, none of them twice. Another process may still take one before its server binds it:
 * whoever starts the server must try again with new ports.
 */
export class Ports {
  readonly #given = new Set<number>()
  readonly #random: () => number

  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** A free port: the preferred one where it is free, else any. */
  async free(preferred?: number): Promise<number> {
    if (preferred !== undefined && !this.#given.has(preferred)) {
      this.#given.add(preferred)
      if (await canListen(preferred)) return preferred
    }
    for (let attempt = 0; attempt < 1_000; attempt++) {
      const port = FIRST + Math.floor(this.#random() * (LAST - FIRST))
      if (this.#given.has(port)) continue
      this.#given.add(port)
      if (await canListen(port)) return port
    }
    throw new Error(`no free port on 127.0.0.1 between ${FIRST} and ${LAST}`)
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
