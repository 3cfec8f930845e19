const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/**
 * Lets `flush` run once more before the process ends: when its work is done, and on SIGTERM and SIGINT, which then end it
 * as they would without us. Where the agent handles the signal itself, it decides what happens; so it does with
 * `process.exit()`, which leaves no time to send anything.
 * @param flush ends within a deadline of its own, and never rejects
 * @returns takes all of it back
 */
export function flushAtExit(flush: () => Promise<void>): () => void {
  const onBeforeExit = () => void flush()
  let ending = false

  const onSignal = (signal: NodeJS.Signals): void => {
    const agentDecides = process.listenerCount(signal) > 1
    if (agentDecides) void flush()
    else if (ending) end(signal) // Whoever sends it twice does not want to wait.
    else {
      ending = true
      void flush().then(() => end(signal))
    }
  }

  const undo = (): void => {
    process.off('beforeExit', onBeforeExit)
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }

  const end = (signal: NodeJS.Signals): void => {
    undo()
    process.kill(process.pid, signal)
  }

  process.once('beforeExit', onBeforeExit)
  // First in line, so that a listener which the agent has set with `once` still counts.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal)
  return undo
}
