/**
 * Resource attributes that every exporter promotes to labels of each series, so that PromQL selects a service without
 * a join (docs/decisions.md, "identity"). Prometheus names: `service_name`, `service_instance_id`, ….
 */
export const promotedResourceAttributes = ['service.name', 'service.namespace', 'service.instance.id', 'service.version'] as const
