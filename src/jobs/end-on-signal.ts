import { constants } from 'node:os'
import { warnOnce } from './unrecorded.ts'

export interface EndOptions {
  /** How long jobs that run may take to end, milliseconds. Default 25,000: most supervisors kill after 30 s. */
  readonly graceMs?: number
  /** Default SIGTERM and SIGINT. */
  readonly signals?: readonly NodeJS.Signals[]
}

/** A terminal and what runs in it may both pass a signal on: that is one wish, not two. */
const SAME_WISH_MS = 1000

/**
 * Ends a process in order when it is asked to: first `stop` (take no more jobs, let those that run end), then the monitor.
 * What runs at the end of the grace, or at a second signal, is cancelled, and the process exits with 128 and the number of
 * the signal; so it does at once where there is nothing to stop. One more signal ends it without waiting for the monitor, which
 * a database that does not answer may keep.
 *
 * @returns takes it back
 */
export function endOnSignal(
  monitor: { close(): Promise<void> },
  stop: (() => unknown) | null = null,
  { graceMs = 25_000, signals = ['SIGTERM', 'SIGINT'] }: EndOptions = {},
): () => void {
  let closing_since_ms = Number.POSITIVE_INFINITY
  let hurry: () => void = () => {}
  const hurried = new Promise<void>((resolve) => {
    hurry = resolve
  })
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const has_stopped = stop !== null && (await stopsInTime(stop, hurried, graceMs))
    closing_since_ms = performance.now()
    try {
      await monitor.close()
    } catch (error) {
      warnOnce('The monitor was not closed', error)
    }
    forget()
    if (!has_stopped) process.exit(128 + constants.signals[signal])
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    if (performance.now() - closing_since_ms > SAME_WISH_MS) process.exit(128 + constants.signals[signal])
    if (ending !== null) hurry()
    ending ??= end(signal)
  }
  let ending: Promise<void> | null = null
  const forget = (): void => {
    for (const signal of signals) process.off(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return forget
}

async function stopsInTime(stop: () => unknown, hurried: Promise<void>, grace_ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, grace_ms)
  })
  const stopped = (async () => {
    await stop()
    return true
  })()
  try {
    return (await Promise.race([stopped, hurried, over])) ?? false
  } catch (error) {
    warnOnce('The jobs were not stopped', error)
    return false
  } finally {
    clearTimeout(timer)
  }
}
