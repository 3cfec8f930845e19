/** What a subject is. A process has code that belongs to no function that is known by name. */
export type SubjectKind = 'function' | 'cache'

/** A function or cache of a service: what rules judge and recommendations are about. */
export interface Subject {
  /** `service.name`, with `service.namespace` and a slash before it where there is one. */
  readonly service: string
  readonly kind: SubjectKind
  /** Name of the function or cache; both share it when one stands in front of the other. */
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
