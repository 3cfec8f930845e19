/** The parts of a reply that is a list. */
export function list(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : []
}

/** The number in a reply; 0 where there is none. */
export function number(reply: unknown): number {
  return Number(text(reply)) || 0
}

/** The text in a reply; empty where there is none. */
export function text(reply: unknown): string {
  return Buffer.isBuffer(reply) || typeof reply === 'string' || typeof reply === 'number' ? reply.toString() : ''
}
