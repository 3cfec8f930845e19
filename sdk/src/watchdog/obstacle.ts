/** Whether a debugger may come or has come through a port: it stops the loop itself, and would find our looks on the stack. */
export function isDebugged(): boolean {
  return process.getBuiltinModule('node:inspector').url() !== undefined
}

/** Why the event loop of the main thread cannot be watched, in a few words; undefined when it can. */
export function obstacle(): string | undefined {
  if (!process.features.inspector) return 'this Node.js has no inspector'
  // With the permission model, a connection from a thread ends the process (measured with Node.js 22, 24 and 26).
  if ('permission' in process && process.permission !== undefined) return 'the permission model is on'
  if ('electron' in process.versions) return 'this is Electron'
  return isDebugged() ? 'a debugger is attached' : undefined
}
