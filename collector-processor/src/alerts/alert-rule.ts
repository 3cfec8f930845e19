import { advice, type AttributeKey, prometheusLabel, prometheusName } from '@pitwall/sdk/contract'

/** Name of the alert that every open recommendation raises. */
export const ALERT_NAME = 'OptimizationRecommended'

/** Labels that tell people and routing trees what the alert is about; they do not change while it fires. */
const kept = ['rule', 'service', 'subject', 'location', 'priority', 'effort', 'phase'] as const satisfies readonly AttributeKey[]

/** Labels that the texts are made of. They are taken off the alert: numbers in them would make it a new alert each time. */
const dropped = ['title', 'runbook', 'advice', 'unit'] as const satisfies readonly AttributeKey[]

/** Settings of the rule. */
export interface AlertRuleOptions {
  /** How long a recommendation has to stand before it alerts, as a Prometheus duration. Default `0s`: it was thought over already. */
  readonly for?: string
}

/**
 * The ONE alerting rule, as a Prometheus rule file (2.42 and later): every proposed or accepted recommendation whose
 * saving is above zero even at its lower bound. Adding rules to Pitwall never touches it, so no reload is needed.
 */
export function alertRuleFile({ for: hold = '0s' }: AlertRuleOptions = {}): string {
  return `# Made from the telemetry contract by alertRuleFile() in collector-processor/src/alerts/alert-rule.ts. Do not edit: run npm test -- -u.
groups:
  - name: pitwall
    rules:
      - alert: ${ALERT_NAME}
        expr: |
${indent(expression(), 10)}
        for: ${hold}
        labels:
          severity: info
${dropped.map((label) => `          ${label}: ''`).join('\n')}
        annotations:
          summary: '{{ $labels.title }} ({{ $labels.service }})'
          description: >-
${indent(description(), 12)}
          location: '{{ $labels.location }}'
          runbook_url: '{{ $labels.runbook }}'
`
}

/**
 * Lower bound of the saving with what is known about the recommendation. `max` and `topk` keep one series an id: two
 * optimizers, or a recommendation whose text just changed, must not break the join.
 */
function expression(): string {
  const info = `${prometheusName(advice.info)}{${prometheusLabel('state')}=~"proposed|accepted"}`
  const joined = [...kept, ...dropped.filter((label) => label !== 'unit')].map(prometheusLabel)
  return [
    `(max by (id, unit) (${prometheusName(advice.saving)}{${prometheusLabel('bound')}="lower"}) > 0)`,
    `* on (id) group_left (${joined.join(', ')})`,
    `  topk by (id) (1, ${info})`,
  ].join('\n')
}

/** The change with its numbers, then the predicted saving: likely value and interval. */
function description(): string {
  return [
    amountTemplate,
    '{{- $labels.advice }}',
    `Predicted saving: ${bound('likely')}`,
    `({{ template "amount" (args $value $labels.unit) }} to ${bound('upper')}).`,
  ].join('\n')
}

/** Prometheus template: a value and its unit, as text. */
const amountTemplate =
  '{{ define "amount" }}{{ if eq .arg1 "By" }}{{ .arg0 | humanize1024 }}B{{ else if eq .arg1 "ratio" }}{{ .arg0 | humanizePercentage }}{{ else }}{{ .arg0 | printf "%.3g" }} {{ .arg1 }}{{ end }}{{ end }}'

/** Another bound of the same recommendation, asked for when the alert fires; empty when it is not there. */
function bound(name: 'likely' | 'upper'): string {
  const selector = `max(${prometheusName(advice.saving)}{id='%s',bound='${name}'})`
  return `{{ with printf "${selector}" $labels.id | query }}{{ template "amount" (args (. | first | value) $labels.unit) }}{{ end }}`
}

function indent(text: string, spaces: number): string {
  return text
    .split('\n')
    .map((line) => ' '.repeat(spaces) + line)
    .join('\n')
}
