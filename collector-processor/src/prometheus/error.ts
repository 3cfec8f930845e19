/** Why there is no answer from Prometheus: one sentence that says what happened, where, and what to do. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError'
}

/** Prometheus was reached, and there is no answer to this one expression: it refused it, or its answer is larger than what is read. */
export class RefusedError extends PrometheusError {}
