import type { Backend } from '../../../../sdk/src/cache/backends/backend.ts'
import { file } from '../../../../sdk/src/cache/backends/file.ts'

export { useCacheFolder as useServer } from '../../../support/cache-folder.ts'

/** How the conformance suite makes this backend in its folder: with patience for a machine that does much else. */
export default (path: string): Backend => file({ path, timeout: 200 })
