/** What there is to give advice about: a function, a cache, all processes of a service, a model, or a pool: of connections, or of what else has a limit. */
export const subjectKinds = ['function', 'cache', 'service', 'model', 'pool'] as const
export type SubjectKind = (typeof subjectKinds)[number]

/** A function, cache, … of a service: what rules judge and recommendations are about. */
export interface Subject {
  /** `service.name`, with `service.namespace` and a slash before it where there is one. */
  readonly service: string
  readonly kind: SubjectKind
  /** Its name; of a service as a whole, the service's. A function and the cache that stands in front of it share theirs. */
  readonly name: string
}

/** A text that is equal exactly for equal subjects. */
export function subjectKey({ service, kind, name }: Subject): string {
  return JSON.stringify([service, kind, name])
}

/** The service of a series, by its labels. */
export function serviceOf(labels: Readonly<Record<string, string>>): string {
  const name = labels['service_name'] ?? ''
  const namespace = labels['service_namespace'] ?? ''
  return namespace === '' ? name : `${namespace}/${name}`
}
