import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Ports } from '../../../collector-processor/src/servers/ports.ts'

describe('Ports', () => {
  it('gives no port twice', async () => {
    const ports = new Ports()
    const given = await Promise.all(Array.from({ length: 50 }, () => ports.free()))
    expect(new Set(given).size).toBe(50)
  })

  it('passes over a port that is in use', async () => {
    const [first] = [await new Ports(() => 0.5).free()]
    const server = createServer().listen(first, '127.0.0.1')
    await new Promise((listening) => server.once('listening', listening))
    const draws = [0.5, 0.6]
    expect(await new Ports(() => draws.shift() ?? 0.7).free()).not.toBe(first)
    server.close()
  })

  it('gives the preferred port where it is free, once, and another where it is not', async () => {
    const preferred = await new Ports().free()
    const ports = new Ports()
    expect(await ports.free(preferred)).toBe(preferred)
    expect(await ports.free(preferred)).not.toBe(preferred)
  })

  it('stays below the ports that systems use for outgoing connections', async () => {
    expect(await new Ports(() => 0).free()).toBeGreaterThanOrEqual(20_000)
    expect(await new Ports(() => 0.999_999).free()).toBeLessThan(32_768)
  })
})
