import type { ProgressSoFar } from '../tracker/types.ts'

/**
 * Passes whole percents on, one at a time and only when they have changed: a job may tell of its progress with each row, and
 * each that is passed on is a request to a server.
 */
export function wholePercents(
  pass: (percent: number) => Promise<unknown>,
): (progress: ProgressSoFar) => void {
  let newest = -1
  let passed = -1
  let passing = false
  const next = async (): Promise<void> => {
    passing = true
    while (newest !== passed) {
      passed = newest
      try {
        await pass(newest)
      } catch {
        // Whether others see the progress is no concern of the job.
      }
    }
    passing = false
  }
  return ({ percent }) => {
    if (percent === null) return
    newest = Math.floor(percent)
    if (!passing) void next()
  }
}
