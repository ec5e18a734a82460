/** What a worker knows of itself, by a clock that only goes forward. */
export interface WorkerSigns {
  /** Since it last looked whether there is work for it. */
  readonly looked_ms_ago: number
  /** Since the database last answered it; null when it never did. */
  readonly answered_ms_ago: number | null
  /** It takes no more syncs. */
  readonly draining: boolean
}

export interface WorkerHealth {
  /** False: only a new process helps. */
  readonly live: boolean
  /** It takes syncs. */
  readonly ready: boolean
  /** Why it is not ready, as one sentence; null when it is. */
  readonly error: string | null
}

/** It looks every second, or every minute while it has as many syncs as it may. */
const STUCK_MS = 5 * 60_000
/** As long as others take to call it silent. */
const SILENT_MS = 30_000

/** A database that is away is no reason to start a worker anew: it goes on by itself. */
export function workerHealth({ looked_ms_ago, answered_ms_ago, draining }: WorkerSigns): WorkerHealth {
  if (draining) return { live: true, ready: false, error: 'The worker is stopping.' }
  if (looked_ms_ago > STUCK_MS) return { live: false, ready: false, error: 'The worker is stuck.' }
  if (answered_ms_ago === null || answered_ms_ago > SILENT_MS)
    return { live: true, ready: false, error: 'The database does not answer.' }
  return { live: true, ready: true, error: null }
}
