/** The optimizer as a library. */
export type { Estimate, NotAdvised, Recommendation, Report, Saving } from './recommendation/recommendation.ts'
