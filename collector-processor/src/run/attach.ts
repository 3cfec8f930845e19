import { fileURLToPath } from 'node:url'
import { cpuProfileVariable, summaryFolder } from '@pitwall/sdk/contract'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Environment in which every Node.js process that the program starts, and each of its worker threads, loads the SDK first and keeps
 * its summary in the folder, a CPU profile included unless the environment says otherwise. What NODE_OPTIONS has in it stays.
 */
export function attached(env: Environment, folder: string): NodeJS.ProcessEnv {
  const option = `--require=${quoted(fileURLToPath(import.meta.resolve('@pitwall/sdk/attach')))}`
  const options = env['NODE_OPTIONS'] ?? ''
  return {
    ...env,
    [summaryFolder]: folder,
    [cpuProfileVariable]: env[cpuProfileVariable] ?? 'true',
    NODE_OPTIONS: options.includes(option) ? options : `${options} ${option}`.trimStart(),
  }
}

/** Whether another `pitwall run` is around this one already, and collects what its processes say. */
export function isAttached(env: Environment): boolean {
  return (env[summaryFolder] ?? '') !== ''
}

/** Node.js takes options apart at spaces, except between double quotes. */
function quoted(path: string): string {
  return /[\s"\\]/.test(path) ? JSON.stringify(path) : path
}
