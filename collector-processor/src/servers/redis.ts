import type { ServerDefinition } from './definition.ts'
import { replies } from './ready.ts'

/** Redis, for caches that processes share. It keeps nothing on disk. */
export const redis: ServerDefinition = {
  name: 'redis',
  variable: 'PITWALL_REDIS',
  programs: ['redis-server'],
  minimumVersion: '7.0.0',
  versionArguments: ['--version'],
  // Debian's redis-server is a link into redis-tools. Redis publishes no binaries.
  debian: { packages: ['redis-server', 'redis-tools'], program: 'usr/bin/redis-server' },
  advice: 'install Redis 7 or newer',
  listens: ['redis'],
  scheme: 'redis',
  async launch({ folder, own }) {
    const [host = '', port = ''] = own('redis').split(':')
    return {
      args: ['--bind', host, '--port', port, '--dir', folder, '--save', '', '--appendonly', 'no', '--daemonize', 'no'],
      ready: () => replies(own('redis'), 'CONFIG GET dir', folder),
    }
  },
}
