import { Command } from 'ioredis'
import { eventually } from './eventually.ts'
import { ports, RedisProcess } from './redis-process.ts'
import { startedForTests } from './started-for-tests.ts'

const MASTERS = 3
const SLOTS = 16_384
/** Milliseconds of silence after which the others give a server up. */
const NODE_TIMEOUT_MS = 2_500

/** One server of a cluster. */
interface Node {
  readonly server: RedisProcess
  /** Port on which the servers talk to each other. */
  readonly busPort: number
}

/** A Redis Cluster of three masters. Without one of them, the others go on (`cluster-require-full-coverage no`). */
export class TestCluster {
  readonly #nodes: Node[] = []

  static async start(): Promise<TestCluster> {
    const cluster = new TestCluster()
    for (let index = 0; index < MASTERS; index++) {
      const node = await cluster.#add()
      const [first, last] = [Math.ceil((index * SLOTS) / MASTERS), Math.ceil(((index + 1) * SLOTS) / MASTERS) - 1]
      await node.server.ask((client) => client.cluster('ADDSLOTSRANGE', first, last))
    }
    await cluster.whole()
    return cluster
  }

  /** The servers that it began with, as a client is told of them. */
  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.masters.map(({ port }) => ({ host: '127.0.0.1', port }))
  }

  /** The servers that were masters at the beginning. */
  get masters(): readonly RedisProcess[] {
    return this.#nodes.slice(0, MASTERS).map(({ server }) => server)
  }

  /** The one of them that has a name. */
  masterOf(name: string): RedisProcess {
    const master = this.masters[Math.floor((new Command('GET', [name]).getSlot() * MASTERS) / SLOTS)]
    if (master === undefined) throw new Error(`no master has '${name}'`)
    return master
  }

  /** Resolves when every server says that all others are well, and that it takes commands. */
  async whole(): Promise<void> {
    await eventually('the cluster to be whole', async () => {
      const states = await Promise.all(this.#nodes.map(({ server }) => server.ask((client) => client.cluster('INFO'))))
      return states.every((state) =>
        ['cluster_state:ok', `cluster_slots_ok:${SLOTS}`, `cluster_known_nodes:${this.#nodes.length}`].every((line) =>
          state.includes(line),
        ),
      )
    })
  }

  /** Adds a server that takes the place of a master when that is lost. */
  async addReplicaOf(master: RedisProcess): Promise<void> {
    const { server } = await this.#add()
    const id = await master.ask((client) => client.cluster('MYID'))
    await eventually('the replica to know its master', () => server.ask((client) => client.cluster('REPLICATE', id)))
    await eventually('the replica to have what its master has', async () =>
      (await server.ask((client) => client.info('replication'))).includes('master_link_status:up'),
    )
    await this.whole()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map(({ server }) => server.stop()))
  }

  async #add(): Promise<Node> {
    const busPort = await ports.free()
    const options = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', String(NODE_TIMEOUT_MS)]
    const node = { busPort, server: await RedisProcess.start([...options, '--cluster-require-full-coverage', 'no']) }
    for (const other of this.#nodes)
      await node.server.ask((client) => client.call('CLUSTER', 'MEET', '127.0.0.1', other.server.port, other.busPort))
    this.#nodes.push(node)
    return node
  }
}

/** One cluster for the tests of this file. */
export function useCluster(): () => TestCluster {
  return startedForTests('the cluster', () => TestCluster.start())
}
