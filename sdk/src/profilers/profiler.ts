/**
 * Something that watches the process: one file in this folder, with a default export, is one profiler, named for its file.
 * `register()` discovers the folder and starts each. A profiler adds its own metric source and must cost next to nothing.
 */
export interface Profiler {
  /** Starts watching; returns the function that stops it and leaves nothing behind. Timers are unref'd. */
  start(): () => void
}
