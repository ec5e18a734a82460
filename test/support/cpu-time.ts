/**
 * What work costs this thread, in milliseconds: unlike the time that passes, a machine that does other things meanwhile
 * changes little of it.
 */
export function threadCost(work: () => unknown): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

export interface Cost<T> {
  readonly cost_ms: number
  readonly result: T
}

/** The same of all threads of this process, until the work is done. */
export async function processCost<T>(work: () => Promise<T>): Promise<Cost<T>> {
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return { cost_ms: (user + system) / 1000, result }
}
