import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServerDefinition } from './definition.ts'
import { answers } from './ready.ts'

/** Where alerts go: grouped, with nobody to notify; they are read from its API and its page. */
const configuration = {
  route: { receiver: 'page', group_by: ['alertname', 'service_name'], group_wait: '1s', group_interval: '5s' },
  receivers: [{ name: 'page' }],
}

/** Alertmanager, alone (no cluster). */
export const alertmanager: ServerDefinition = {
  name: 'alertmanager',
  variable: 'PITWALL_ALERTMANAGER',
  programs: ['alertmanager', 'prometheus-alertmanager'],
  minimumVersion: '0.25.0',
  versionArguments: ['--version'],
  release: {
    repository: 'prometheus/alertmanager',
    version: '0.34.0',
    archive: (os, processor) => `alertmanager-0.34.0.${os}-${processor}.tar.gz`,
    checksums: 'sha256sums.txt',
    program: (os, processor) => `alertmanager-0.34.0.${os}-${processor}/alertmanager`,
  },
  debian: {
    packages: ['prometheus-alertmanager'],
    program: 'usr/bin/prometheus-alertmanager',
    fixedFolders: ['/usr/share/prometheus/alertmanager'],
  },
  advice: 'install Alertmanager 0.25 or newer',
  listens: ['alertmanager'],
  scheme: 'http',
  async launch({ folder, own }) {
    // JSON is YAML, and quotes itself.
    await writeFile(join(folder, 'alertmanager.yml'), JSON.stringify(configuration, undefined, 2))
    return {
      args: [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=${own('alertmanager')}`,
        '--cluster.listen-address=',
      ],
      ready: () => answers(`http://${own('alertmanager')}/-/ready`),
    }
  },
}
