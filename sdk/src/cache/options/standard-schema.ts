import { OptionError } from '../../errors.ts'

/** A schema of any library that follows Standard Schema 1.0 (https://standardschema.dev): Zod, Valibot, ArkType and others. */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>
  }
}

interface SchemaResult {
  readonly issues?: readonly object[] | undefined
}

/** Whether a value passes. */
export type Validator = (value: unknown) => boolean | Promise<boolean>

/** Asks a schema whether a value passes; what the schema would make of it is not used. A schema that throws does not pass it. */
export function validatorOf(schema: StandardSchema): Validator {
  const standard = schema?.['~standard']
  if (typeof standard?.validate !== 'function')
    throw new OptionError('validate', schema, 'a schema that follows Standard Schema, as those of Zod and Valibot')
  return (value) => {
    try {
      const result = standard.validate(value)
      return result instanceof Promise ? result.then(passes, () => false) : passes(result)
    } catch {
      return false
    }
  }
}

function passes({ issues }: SchemaResult): boolean {
  return issues === undefined
}
