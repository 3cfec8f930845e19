/**
 * Something that watches the process: one file in this folder, with a default export, is one profiler, named for its file.
 * `register()` discovers the folder and starts each. A profiler adds its own metric source and must cost next to nothing;
 * what it does cost it tells `overhead`, with its name as the layer.
 */
export interface Profiler {
  /** Its place where the SDK costs more than it may: the lowest is stopped first. Without one it is never stopped for that. */
  readonly priority?: number
  /** Whether it is to be started where nobody has named it. Without it, it always is. */
  isWanted?(): boolean
  /** Starts watching; returns the function that stops it and leaves nothing behind. It may be started again. Timers are unref'd. */
  start(): () => void
}
