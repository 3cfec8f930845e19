/** Why there is no answer from Prometheus: one sentence that says what happened, where, and what to do. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError'
}

/** Prometheus was reached, and refused this one expression. */
export class RefusedError extends PrometheusError {}
