import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Unit tests run on the TypeScript sources; spawned processes run on dist, which `npm test` builds first.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/install-servers.ts'],
    exclude: ['test/bench/**', '**/dist/**', '**/node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
})
