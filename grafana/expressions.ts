import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'

/** A query of a dashboard and where it stands. */
export interface DashboardExpression {
  /** Title of the panel, or name of the annotation or variable. */
  readonly where: string
  readonly kind: 'panel' | 'annotation' | 'variable'
  /** PromQL with Grafana's variables in it; of a variable's query the selector. */
  readonly expr: string
}

/** Every PromQL expression of a dashboard: of its panels, annotations and variables. */
export function dashboardExpressions(dashboard: Dashboard): readonly DashboardExpression[] {
  const panels = (dashboard.panels ?? []).flatMap((panel) =>
    'targets' in panel
      ? (panel.targets ?? []).map((target) => ({ where: panel.title ?? '', kind: 'panel' as const, expr: exprOf(target) }))
      : [],
  )
  const annotations = (dashboard.annotations?.list ?? []).flatMap(({ name, target }) =>
    target === undefined ? [] : [{ where: name, kind: 'annotation' as const, expr: exprOf(target) }],
  )
  const variables = (dashboard.templating?.list ?? []).flatMap(({ name, query }) => {
    const selector = typeof query === 'string' ? /^label_values\((.+), *[a-zA-Z_]+\)$/.exec(query)?.[1] : undefined
    return selector === undefined ? [] : [{ where: name, kind: 'variable' as const, expr: selector }]
  })
  return [...panels, ...annotations, ...variables]
}

/** The expression as Grafana sends it when everything is chosen; `$__rate_interval` as a PromQL duration. */
export function substituteVariables(expr: string, rateInterval: string): string {
  return expr.replaceAll('$__rate_interval', rateInterval).replaceAll(/\$(service|instance)\b/g, '.+')
}

function exprOf(target: object): string {
  return 'expr' in target && typeof target.expr === 'string' ? target.expr : ''
}
