import { MonitorError } from '../core/errors.ts'
import type { ScheduleTerms } from '../core/schedule.ts'
import { checkRemoteOptions, type RemoteOptions } from '../remote/remote-options.ts'
import type { TellTrouble } from './unrecorded.ts'

const WAIT_MS = 5000

/**
 * Tells a server of a schedule with a ping that is no run. What it does not hear is said again when the job starts anew.
 *
 * @throws MonitorError `config_invalid` for what a ping cannot say, `insecure_url`
 */
export async function declareByPing(
  server: Pick<RemoteOptions, 'url' | 'token' | 'allowInsecure'>,
  { slug, sync_type, user_id, max_run_ms, margin_ms, times }: ScheduleTerms,
  tell: TellTrouble,
): Promise<'told' | 'not_declared'> {
  if (sync_type !== slug || user_id !== null || max_run_ms !== null) {
    throw new MonitorError(
      'config_invalid',
      `A job tells a server no type, user and longest run of a schedule: ${slug} has one.`,
      { next_step: `Declare it there: PUT /api/canvas/metrics/schedules/${slug}` },
    )
  }
  const { endpoint, token } = checkRemoteOptions(server)
  const address = new URL(`../../../ping/${slug}/log`, endpoint)
  address.search = String(
    new URLSearchParams({
      ...(times.kind === 'cron' ? { schedule: times.cron } : { timeout: String(times.interval_ms / 1000) }),
      tz: times.time_zone,
      grace: String(margin_ms / 1000),
    }),
  )
  try {
    const response = await fetch(address, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(WAIT_MS),
      ...(token === null ? {} : { headers: { authorization: `Bearer ${token}` } }),
    })
    await response.body?.cancel()
    if (response.ok) return 'told'
    tell(`The schedule ${slug} is not watched`, `the server answered with ${response.status}`)
  } catch {
    tell(`The schedule ${slug} is not watched`, 'no server answered')
  }
  return 'not_declared'
}
