/** The public names of the SDK, and nothing else. */
export { type Clock, systemClock } from './clock.ts'
export { OptionError } from './errors.ts'
export type { MetricExporterName, RegisterOptions } from './options.ts'
export { register, type Registration } from './register.ts'
export { metricProducer } from './telemetry/producer.ts'
export { withPitwall } from './with-pitwall.ts'
