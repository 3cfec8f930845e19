import { describe, expect, it } from 'vitest'
import { cpuGroup, memoryGroup } from '../../../sdk/src/sampling/cgroup.ts'

const MIB = 2 ** 20
const MACHINE = 16 * 2 ** 30
const files = (texts: Readonly<Record<string, string>>) => (path: string) => texts[path]

describe('the limits of a control group', () => {
  it('are those of version 2, with what counts against them', () => {
    const read = files({
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/memory.max': `${512 * MIB}\n`,
      '/sys/fs/cgroup/memory.current': `${300 * MIB}\n`,
      '/sys/fs/cgroup/memory.stat': `anon 1\ninactive_file ${40 * MIB}\n`,
      '/sys/fs/cgroup/cpu.max': '150000 100000\n',
      '/sys/fs/cgroup/cpu.stat': 'usage_usec 2500000\nuser_usec 1\nthrottled_usec 750000\n',
    })
    expect(memoryGroup(read, MACHINE)).toEqual({ limit: 512 * MIB, usage: 300 * MIB, workingSet: 260 * MIB })
    expect(cpuGroup(read)).toEqual({ limit: 1.5, used: 2.5, throttled: 0.75 })
  })

  it('are those of version 1, whose container sees its own group at the root though it is told its path on the host', () => {
    const read = files({
      '/proc/self/cgroup': '4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${256 * MIB}\n`,
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${100 * MIB}\n`,
      '/sys/fs/cgroup/memory/memory.stat': `inactive_file 1\ntotal_inactive_file ${10 * MIB}\n`,
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/cpu/cpu.stat': 'nr_throttled 3\nthrottled_time 2000000000\n',
      '/sys/fs/cgroup/cpuacct/cpuacct.usage': '4000000000\n',
    })
    expect(memoryGroup(read, MACHINE)).toEqual({ limit: 256 * MIB, usage: 100 * MIB, workingSet: 90 * MIB })
    expect(cpuGroup(read)).toEqual({ limit: 0.5, used: 4, throttled: 2 })
  })

  it('are the tightest of the groups above, with the usage of that group', () => {
    const read = files({
      '/proc/self/cgroup': '0::/system.slice/agent.service\n',
      '/sys/fs/cgroup/system.slice/agent.service/memory.max': 'max\n',
      '/sys/fs/cgroup/system.slice/agent.service/memory.current': '1\n',
      '/sys/fs/cgroup/system.slice/memory.max': `${100 * MIB}\n`,
      '/sys/fs/cgroup/system.slice/memory.current': `${60 * MIB}\n`,
      '/sys/fs/cgroup/memory.max': `${900 * MIB}\n`,
      '/sys/fs/cgroup/memory.current': `${700 * MIB}\n`,
    })
    expect(memoryGroup(read, MACHINE)).toEqual({ limit: 100 * MIB, usage: 60 * MIB, workingSet: undefined })
  })

  it.each([
    ['no control groups at all', {}],
    [
      'version 2 without a limit',
      { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': 'max\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' },
    ],
    [
      'version 1 without a limit, which it writes as a huge number and as -1',
      {
        '/proc/self/cgroup': '4:memory:/\n1:cpu:/\n',
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
        '/sys/fs/cgroup/memory/memory.usage_in_bytes': '5\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
    ],
  ])('are not made up: %s', (_, texts) => {
    expect(memoryGroup(files(texts), MACHINE)).toBeUndefined()
    expect(cpuGroup(files(texts))).toBeUndefined()
  })
})
