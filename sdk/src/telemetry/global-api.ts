/** The parts of the OpenTelemetry API that one process has once. */
export type GlobalPart = 'context' | 'diag' | 'metrics' | 'propagation' | 'trace'

/**
 * Whether somebody has registered that part of the OpenTelemetry API in this process. The API itself cannot be asked,
 * and trying to register prints an error, so this looks where all versions 1.x keep their registrations.
 */
export function isRegistered(part: GlobalPart): boolean {
  const registrations: unknown = Reflect.get(globalThis, Symbol.for('opentelemetry.js.api.1'))
  return typeof registrations === 'object' && registrations !== null && Reflect.get(registrations, part) !== undefined
}
