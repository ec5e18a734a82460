import { MonitorError } from '../core/errors.ts'
import type { RunningSync } from '../store/sync-store.ts'

/** How long syncs may run, by their type: `90s`, `45m`, `6h`, `2d`, or `none`. `default` is for all other types. */
export type SyncLimitOptions = Readonly<Record<string, string>>

/** Longer than any nightly job needs; one that still runs then overlaps the next night's. */
export const DEFAULT_SYNC_LIMIT = '24h'

/**
 * Where there is no limit: of whoever beats, silence is the end, but of runs of pings it says nothing, and those that
 * never end would pile up for ever.
 */
const SILENT_LIMIT_MS = 7 * 86_400_000

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** How long a sync may run, milliseconds; null for as long as it likes. */
export type SyncLimits = (sync: Pick<RunningSync, 'sync_type' | 'heartbeat_expected'>) => number | null

export const NO_LIMITS: SyncLimits = () => null

/**
 * What is left out has the default of 24 hours.
 * @throws MonitorError `config_invalid` for a limit that is none
 */
export function syncLimits(given: SyncLimitOptions = {}): SyncLimits {
  const limits = new Map<string, number | null>()
  for (const [type, limit] of Object.entries({ default: DEFAULT_SYNC_LIMIT, ...given })) {
    limits.set(type, milliseconds(type, limit))
  }
  const other = limits.get('default') ?? null
  return ({ sync_type, heartbeat_expected }) => {
    const limit_ms = limits.get(sync_type)
    return (limit_ms === undefined ? other : limit_ms) ?? (heartbeat_expected ? null : SILENT_LIMIT_MS)
  }
}

function milliseconds(type: string, limit: string): number | null {
  if (limit === 'none') return null
  const [, amount = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(limit) ?? []
  const duration_ms = Number(amount) * (UNITS[unit] ?? 0)
  if (duration_ms > 0) return duration_ms
  throw new MonitorError(
    'config_invalid',
    `The limit of "${type}" must be a time such as 90s, 45m, 6h or 2d, or none.`,
    {
      next_step: 'For example { "default": "24h", "submissions": "2h" }.',
    },
  )
}
