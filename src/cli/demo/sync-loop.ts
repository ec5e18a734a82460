import { systemClock } from '../../core/clock.ts'
import type { SyncRecord } from '../../core/sync-record.ts'
import { runSync } from '../../engine/sync-engine.ts'
import type { Monitor } from '../../tracker/monitor.ts'
import { SyncView } from '../progress/sync-view.ts'
import type { DemoUser } from './campus.ts'

export interface SyncLoopOptions {
  readonly monitor: Monitor
  readonly base_url: string
  readonly user: DemoUser
  /** Wait before the first sync, milliseconds. */
  readonly delay_ms: number
  readonly signal: AbortSignal
  /** The syncs that run now, for the display. */
  readonly running: Map<string, SyncView>
  readonly onEnd: (user: DemoUser, record: SyncRecord) => void
}

/** Syncs one user again and again until the signal aborts. */
export async function syncLoop(options: SyncLoopOptions): Promise<void> {
  const { monitor, base_url, user, signal, running, onEnd } = options
  if (!(await waited(options.delay_ms, signal))) return
  while (!signal.aborted) {
    const view = new SyncView()
    running.set(user.user_id, view)
    const record = await runSync({
      monitor,
      baseUrl: base_url,
      token: user.token,
      account: user.account,
      userId: user.user_id,
      trigger: 'schedule',
      signal,
      observer: view,
    })
    running.delete(user.user_id)
    onEnd(user, record)
    if (!(await waited(user.pause_ms, signal))) return
  }
}

async function waited(duration_ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await systemClock.sleep(duration_ms, signal)
    return true
  } catch {
    return false
  }
}
