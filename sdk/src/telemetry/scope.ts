/** The instrumentation scope that every metric and span of the SDK carries; the version is that of the package. */
export const scope = { name: '@pitwall/sdk', version: '0.1.0' } as const
