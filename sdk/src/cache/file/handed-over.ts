import type { Entry } from './protocol.ts'

/** Bytes from which on a value is handed over to the other thread rather than copied. */
const MIN_BYTES = 16_384

/** What of an entry goes to the other thread for good: bytes that have their memory for themselves. */
export function handedOver(entry: Entry | undefined): ArrayBuffer[] {
  if (entry === undefined || entry.bytes.length < MIN_BYTES) return []
  const { buffer } = entry.bytes
  return buffer instanceof ArrayBuffer && buffer.byteLength === entry.bytes.length ? [buffer] : []
}
