import { ValueType } from '@opentelemetry/api'
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics'
import { describe, expect, it } from 'vitest'
import * as contract from '../../../sdk/src/contract/index.ts'
import { prometheusMetricName } from '../../../sdk/src/telemetry/prometheus-metric.ts'

type Kind = contract.InstrumentKind

function metric(name: string, kind: Kind, unit: string): MetricData {
  const common = {
    descriptor: { name, unit, description: '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
  if (kind === 'histogram') return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: [] }
  if (kind === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE, dataPoints: [] }
  return { ...common, dataPointType: DataPointType.SUM, isMonotonic: kind === 'counter', dataPoints: [] }
}

/** What Collector 0.161 and Prometheus 3 make of them; the second half are vectors of otlptranslator v1.0.0. */
const table: readonly (readonly [name: string, kind: Kind, unit: string, prometheus: string])[] = [
  ['pitwall.cache.requests', 'counter', '{request}', 'pitwall_cache_requests_total'],
  ['pitwall.cache.entry.count', 'updowncounter', '{entry}', 'pitwall_cache_entry_count'],
  ['pitwall.cache.size', 'gauge', 'By', 'pitwall_cache_size_bytes'],
  ['pitwall.cache.load.duration', 'histogram', 's', 'pitwall_cache_load_duration_seconds'],
  ['pitwall.leak.growth', 'gauge', 'By/h', 'pitwall_leak_growth_bytes_per_hour'],
  ['agent.speed', 'gauge', 'By/s', 'agent_speed_bytes_per_second'],
  ['gen_ai.client.token.usage', 'histogram', '{token}', 'gen_ai_client_token_usage'],
  ['nodejs.eventloop.delay.p99', 'gauge', 's', 'nodejs_eventloop_delay_p99_seconds'],
  ['nodejs.eventloop.utilization', 'gauge', '1', 'nodejs_eventloop_utilization_ratio'],
  ['agent.share', 'updowncounter', '1', 'agent_share'],
  ['process.cpu.time', 'counter', 's', 'process_cpu_time_seconds_total'],
  ['db.client.rtt', 'histogram', 'ms', 'db_client_rtt_milliseconds'],
  ['system.io', 'counter', 'foo/bar', 'system_io_foo_per_bar_total'],
  ['broken.metric.speed', 'gauge', 'km/{year}', 'broken_metric_speed_km'],
  ['total.requests.seconds', 'counter', 's', 'requests_seconds_total'],
  ['unsupported.redundant', 'gauge', '__test $/°C', 'unsupported_redundant_test_per_C'],
  ['3d.render..time', 'gauge', 'min', '_3d_render_time_minutes'],
  ['agent.parts', 'gauge', 'constructor', 'agent_parts_constructor'],
  ['hw.temperature', 'gauge', 'Cel', 'hw_temperature_celsius'],
]

describe('the name of a metric in Prometheus', () => {
  it.each(table)('%s, a %s of %s, is %s', (name, kind, unit, expected) => {
    expect(prometheusMetricName(metric(name, kind, unit))).toBe(expected)
  })

  it('agrees with the contract on every metric of the contract', () => {
    const families = [
      contract.advice,
      contract.cache,
      contract.calls,
      contract.cpuProfiles,
      contract.effects,
      contract.reuse,
      contract.runs,
      contract.runtime,
      contract.subjects,
    ]
    for (const definition of families.flatMap((family): contract.MetricDefinition[] => Object.values(family)))
      expect(prometheusMetricName(metric(definition.name, definition.kind, definition.unit))).toBe(contract.prometheusName(definition))
  })
})
