import type { ReportCapacity } from '../core/report.ts'
import type { ReportSpan } from '../core/report-period.ts'
import type { Store } from '../store/store.ts'
import type { SizeSample } from '../store/system-store.ts'

const DAY_MS = 86_400_000
const AHEAD_DAYS = 90
/** Sizes are measured every hour or so: a growth over less than this would be noise. */
const LEAST_MS = DAY_MS / 2

/** How large everything is, and what it grew by. */
export async function readCapacity(
  { system }: Pick<Store, 'system'>,
  { since, until }: ReportSpan,
): Promise<ReportCapacity> {
  const samples = (await system.listSizes(since)).filter(({ measured_at }) => measured_at < until)
  const { size_bytes } = await system.database()
  return capacityOf(samples, size_bytes)
}

/**
 * The newest sizes, and the growth between the first and the last that are apart enough.
 *
 * @param samples oldest first, of any hosts; each host has logs of its own, all share the database
 * @param database_bytes now, where nothing was measured
 */
export function capacityOf(samples: readonly SizeSample[], database_bytes: number): ReportCapacity {
  const by_host = [...Map.groupBy(samples, ({ host }) => host).values()]
  const newest = by_host.flatMap((of_host) => of_host.at(-1) ?? [])
  const sum = (of: (sample: SizeSample) => number): number =>
    newest.reduce((total, each) => total + of(each), 0)
  const now = {
    database_bytes:
      newest.length === 0 ? database_bytes : Math.max(...newest.map((each) => each.database_bytes)),
    log_bytes: sum(({ log_bytes }) => log_bytes),
    archive_bytes: sum(({ archive_bytes }) => archive_bytes),
  }
  const growth = growthOf(by_host)
  if (growth === null) return { ...now, growth_bytes: null, in_90_days_bytes: null }
  const all_bytes = now.database_bytes + now.log_bytes + now.archive_bytes
  const ahead_bytes = (growth.bytes / growth.duration_ms) * AHEAD_DAYS * DAY_MS
  return {
    ...now,
    growth_bytes: Math.round(growth.bytes),
    in_90_days_bytes: Math.max(0, Math.round(all_bytes + ahead_bytes)),
  }
}

function growthOf(
  by_host: readonly (readonly SizeSample[])[],
): { readonly bytes: number; readonly duration_ms: number } | null {
  let logs_bytes = 0
  let database_bytes = 0
  let duration_ms = 0
  for (const of_host of by_host) {
    const [first] = of_host
    const last = of_host.at(-1)
    if (first === undefined || last === undefined) continue
    logs_bytes += last.log_bytes + last.archive_bytes - first.log_bytes - first.archive_bytes
    const apart_ms = last.measured_at - first.measured_at
    // The database is the same one from every host: the longest look counts.
    if (apart_ms <= duration_ms) continue
    duration_ms = apart_ms
    database_bytes = last.database_bytes - first.database_bytes
  }
  return duration_ms < LEAST_MS ? null : { bytes: database_bytes + logs_bytes, duration_ms }
}
