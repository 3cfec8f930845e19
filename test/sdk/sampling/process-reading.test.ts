import { describe, expect, it } from 'vitest'
import { diskIo, networkIo } from '../../../sdk/src/sampling/process-reading.ts'

describe('what is read of the process', () => {
  it('is the sum of all network interfaces but loopback', () => {
    const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
  eth0: 1000 7 0 0 0 0 0 0 200 3 0 0 0 0 0 0
eth1.5:50 7 0 0 0 0 0 0 60 3 0 0 0 0 0 0
`
    expect(networkIo(text)).toEqual({ in: 1_050, out: 260 })
  })

  it('is bytes of the disk, and not of the calls that read and write', () => {
    expect(diskIo('rchar: 1\nwchar: 2\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 5\n')).toEqual({ in: 4_096, out: 8_192 })
  })

  it('leaves out what the system does not tell', () => {
    expect([diskIo(undefined), networkIo(undefined)]).toEqual([undefined, undefined])
    expect(networkIo('    lo:  999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n')).toBeUndefined()
    expect(diskIo('rchar: 1\n')).toBeUndefined()
  })
})
