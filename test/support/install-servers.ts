import { definitions } from '../../collector-processor/src/servers/definitions.ts'
import { findProgram } from '../../collector-processor/src/servers/find-program.ts'

/** Before the first test: installs the servers that are missing (once, minutes for the Collector), so that no test waits for it. */
export async function setup(): Promise<void> {
  const onProgress = (line: string): void => console.log(line)
  await Promise.all(definitions.map((definition) => findProgram(definition, { onProgress })))
}
