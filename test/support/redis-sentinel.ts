import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { RedisProcess } from './redis-process.ts'
import { startedForTests } from './started-for-tests.ts'

/** The name under which the Sentinel knows the master. */
const NAME = 'mymaster'

/** A master, its replica, and one Sentinel that makes the replica the master when the master is gone for a second. */
export class TestSentinel {
  readonly master: RedisProcess
  readonly replica: RedisProcess
  readonly sentinel: RedisProcess

  private constructor(master: RedisProcess, replica: RedisProcess, sentinel: RedisProcess) {
    this.master = master
    this.replica = replica
    this.sentinel = sentinel
  }

  static async start(): Promise<TestSentinel> {
    const master = await RedisProcess.start(['--repl-diskless-sync-delay', '0'])
    const replica = await RedisProcess.start(['--replicaof', '127.0.0.1', String(master.port)])
    const sentinel = await RedisProcess.start(async (folder) => {
      const path = join(folder, 'sentinel.conf')
      const lines = [`monitor ${NAME} 127.0.0.1 ${master.port} 1`, `down-after-milliseconds ${NAME} 1000`, `failover-timeout ${NAME} 3000`]
      await writeFile(path, lines.map((line) => `sentinel ${line}\n`).join(''))
      return [path, '--sentinel']
    })
    const test = new TestSentinel(master, replica, sentinel)
    await eventually('the replica to have what the master has', async () =>
      (await replica.ask((client) => client.info('replication'))).includes('master_link_status:up'),
    )
    await eventually('the Sentinel to know the replica', async () =>
      (await sentinel.ask((client) => client.info('sentinel'))).includes('slaves=1'),
    )
    return test
  }

  /** How a client is told of them. */
  get options(): { readonly sentinels: { readonly host: string; readonly port: number }[]; readonly name: string } {
    return { sentinels: [{ host: '127.0.0.1', port: this.sentinel.port }], name: NAME }
  }

  async stop(): Promise<void> {
    await Promise.all([this.sentinel, this.replica, this.master].map((server) => server.stop()))
  }
}

/** They, for the tests of this file. */
export function useSentinel(): () => TestSentinel {
  return startedForTests('the Sentinel', () => TestSentinel.start())
}
