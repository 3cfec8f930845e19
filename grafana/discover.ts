import { readdirSync } from 'node:fs'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { buildDashboard, type DashboardDefinition } from './dashboards/dashboard.ts'

/** Every dashboard of the folder as Grafana's JSON, by file name: adding one edits nothing. */
export async function discoverDashboards(): Promise<readonly { readonly name: string; readonly dashboard: Dashboard }[]> {
  const folder = new URL('./dashboards/', import.meta.url)
  const files = readdirSync(folder).filter((file) => /^(?!dashboard\.)[a-z0-9-]+\.(js|ts)$/.test(file))
  return Promise.all(
    files.toSorted().map(async (file) => {
      const module: { default: DashboardDefinition } = await import(new URL(file, folder).href)
      const name = file.replace(/\.(js|ts)$/, '')
      return { name, dashboard: buildDashboard(name, module.default) }
    }),
  )
}
