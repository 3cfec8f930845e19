/** The public names of the SDK, and nothing else. */
export { type Clock, systemClock } from './clock.ts'
