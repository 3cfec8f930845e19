import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { prometheusLabel, prometheusName, subjects } from '@pitwall/sdk/contract'
import { changes } from '../annotations.ts'

/** A dashboard: one file in this folder, whose name is its address (`/d/pitwall-NAME`). */
export interface DashboardDefinition {
  readonly title: string
  readonly description: string
  /** Rows of panels, top to bottom; panels are 24 columns wide together. */
  readonly rows: readonly { readonly title: string; readonly panels: readonly Builder<Panel>[] }[]
}

/** The data source that the dashboard's `$datasource` variable has chosen. */
const datasource = { type: 'prometheus', uid: '${datasource}' }

/** The definition as Grafana's JSON (schema version 1, which Grafana 9 to 13 provision from files). */
export function buildDashboard(name: string, { title, description, rows }: DashboardDefinition): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(`pitwall-${name}`)
    .description(description)
    .tags(['pitwall', 'opentelemetry'])
    .timezone('browser')
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .variables([datasourceVariable(), serviceVariable(), instanceVariable()])
    .annotations(changes(datasource))
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title))
    for (const panel of row.panels) builder.withPanel(panel)
  }
  const dashboard = builder.build()
  // Numbers of their own, because links to a panel and annotations that name one need them; the SDK leaves them out.
  for (const [index, panel] of (dashboard.panels ?? []).entries()) {
    panel.id = index + 1
    if (panel.type !== 'row') panel.datasource = datasource
  }
  return dashboard
}

function datasourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus')
}

function serviceVariable(): QueryVariableBuilder {
  return labelVariable('service', 'Service', `label_values(${prometheusName(subjects.info)}, ${prometheusLabel('service.name')})`)
}

function instanceVariable(): QueryVariableBuilder {
  const selector = `${prometheusName(subjects.info)}{${prometheusLabel('service.name')}=~"$service"}`
  return labelVariable('instance', 'Instance', `label_values(${selector}, ${prometheusLabel('service.instance.id')})`)
}

function labelVariable(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] })
}
