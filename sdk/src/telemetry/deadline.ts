/**
 * Waits for `work`, but at most `timeoutMs`. Resolves to whether the work ended in time; never rejects. The process stays
 * alive while it waits, so that what is being sent arrives.
 */
export function settledWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs)
    const ended = () => {
      clearTimeout(timer)
      resolve(true)
    }
    work.then(ended, ended)
  })
}
