import {
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries'

/** Grafana's names of the units that we draw. A saving of work is seconds in every second. */
export const unit = {
  seconds: 's',
  perSecond: 'reqps',
  share: 'percentunit',
  count: 'short',
  bytes: 'bytes',
  bytesPerSecond: 'Bps',
  secondsPerSecond: 'suffix: s/s',
} as const

/** A query and what its series are called; `{{label}}` stands for a label's value. */
export interface PanelQuery {
  readonly expr: string
  readonly legend: string
}

/** What every panel has. */
export interface PanelOptions {
  readonly title: string
  /** What it shows and what to look for, in a sentence or two. */
  readonly description: string
  readonly unit: (typeof unit)[keyof typeof unit]
  /** Columns out of 24. */
  readonly width: number
}

/** Lines over time. */
export function lines({
  queries,
  stacked = false,
  ...options
}: PanelOptions & { queries: readonly PanelQuery[]; stacked?: boolean }): TimeSeriesPanel {
  return new TimeSeriesPanel()
    .title(options.title)
    .description(options.description)
    .unit(options.unit)
    .min(0)
    .height(8)
    .span(options.width)
    .fillOpacity(stacked ? 40 : 10)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['mean', 'lastNotNull']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .targets(queries.map(({ expr, legend }, index) => query(expr, index).legendFormat(legend).range()))
}

/** One big number, with its course behind it. */
export function figure({ expr, ...options }: PanelOptions & { expr: string }): StatPanel {
  return new StatPanel()
    .title(options.title)
    .description(options.description)
    .unit(options.unit)
    .height(4)
    .span(options.width)
    .graphMode(BigValueGraphMode.Area)
    .targets([query(expr, 0).legendFormat(options.title).range()])
}

/** A column of a table: what it is called, and its width in pixels. */
export interface Column {
  readonly field: string
  readonly title: string
  readonly unit?: string
  readonly width?: number
}

/** A table of the present moment: queries joined by one label, columns in the order given, everything else left out. */
export function table({
  queries,
  joinBy,
  columns,
  ...options
}: PanelOptions & { queries: readonly string[]; joinBy: string; columns: readonly Column[] }): TablePanel {
  const panel = new TablePanel()
    .title(options.title)
    .description(options.description)
    .unit(options.unit)
    .height(12)
    .span(options.width)
    .filterable(true)
    .targets(queries.map((expr, index) => query(expr, index).format(PromQueryFormat.Table).instant()))
    .withTransformation({ id: 'joinByField', options: { byField: joinBy, mode: 'outer' } })
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names: columns.map(({ field }) => field) } } })
    .withTransformation({
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(columns.map(({ field }, index) => [field, index])),
        renameByName: Object.fromEntries(columns.map(({ field, title }) => [field, title])),
      },
    })
  for (const { title, unit: columnUnit, width } of columns) {
    const properties = [
      ...(columnUnit === undefined ? [] : [{ id: 'unit', value: columnUnit }]),
      ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ]
    if (properties.length > 0) panel.overrideByName(title, properties)
  }
  return panel
}

/** Queries are lettered A, B, C, …, as tables refer to them by `Value #A`. */
function query(expr: string, index: number): DataqueryBuilder {
  return new DataqueryBuilder().refId('ABCDEFGH'.charAt(index)).expr(expr)
}
