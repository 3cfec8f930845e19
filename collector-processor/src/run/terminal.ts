import { closeSync, openSync, readFileSync } from 'node:fs'

/**
 * Whether Ctrl-C at the terminal reaches our children without us: the terminal sends its signals to every process of the group
 * that is in its foreground. Then they must not be forwarded, or the child would get each of them twice.
 */
export function isInForeground(): boolean {
  try {
    return groupIsInForeground(readFileSync('/proc/self/stat', 'utf8'))
  } catch {
    return hasTerminal()
  }
}

/** `/proc/PID/stat` (proc(5)): behind the program's name in brackets stand state, parent, process group, session, terminal, and the terminal's foreground group. */
export function groupIsInForeground(stat: string): boolean {
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return group !== undefined && group === foreground
}

/** Where there is no `/proc`. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
