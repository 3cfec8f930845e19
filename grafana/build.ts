import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { discoverDashboards } from './discover.ts'

/** Writes each dashboard as JSON into a folder, for Grafana to provision; the same every time. */
async function build(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { name, dashboard } of await discoverDashboards()) {
    await writeFile(join(folder, `${name}.json`), `${JSON.stringify(dashboard, null, 2)}\n`)
  }
}

// `node grafana/dist/build.js [FOLDER]`; by default beside the sources, in `generated`.
void build(process.argv[2] ?? fileURLToPath(new URL('../generated', import.meta.url)))
