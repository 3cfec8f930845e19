'use strict'
/*
 * Loaded by `pitwall run` before each program that an agent starts, through NODE_OPTIONS. A CommonJS module loaded by
 * `--require` leaves the way in which the program itself is loaded as it is; and it must not fail on any version of Node,
 * because an agent may start an older one.
 */
try {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (process.env.PITWALL_SUMMARY_FOLDER && (major > 22 || (major === 22 && minor >= 15))) require(attached())
} catch {
  // The agent runs on without it.
}

/** The SDK that the agent itself would load, so that what it profiles and caches is seen; without one, that of `pitwall`. */
function attached() {
  const { createRequire } = require('node:module')
  const { join, resolve } = require('node:path')
  for (const base of [process.argv[1], join(process.cwd(), 'agent.js')]) {
    try {
      if (base) return createRequire(resolve(base)).resolve('@pitwall/sdk/attached')
    } catch {
      // It has none, or an older one.
    }
  }
  return join(__dirname, 'dist', 'attached.js')
}
