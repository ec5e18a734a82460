import type { ScheduleStreak } from '../../store/schedules.ts'
import type { RuleSettings } from '../rule-settings.ts'
import type { Finding, Verdict } from './verdict.ts'

type Streak = Pick<ScheduleStreak, 'runs' | 'schedule'>
type Runs = ScheduleStreak['runs']

/** Times at which nothing started. Those at which the monitor itself was away say nothing. */
export function missed({ runs, schedule }: Streak, settings: RuleSettings['missed']): Verdict {
  return newest(runs, 'missed', settings, { margin_ms: schedule.margin_ms })
}

/** Times at which something started behind the margin. */
export function late({ runs, schedule }: Streak, settings: RuleSettings['late']): Verdict {
  const [last] = known(runs)
  const late_ms =
    last?.state === 'late' && last.sync !== null ? Math.max(0, last.sync.sync_start_time - last.due_at) : null
  return newest(runs, 'late', settings, { margin_ms: schedule.margin_ms, late_ms })
}

/** A run that takes longer than its schedule gives it. */
export function overrun(
  { runs, schedule }: Streak,
  { severity }: Pick<RuleSettings['duration'], 'severity'>,
  now: number,
): Verdict {
  const { max_run_ms } = schedule
  if (max_run_ms === null) return 'good'
  const last = runs.find(({ sync }) => sync !== null)
  if (last?.sync === undefined || last.sync === null) return 'unknown'
  const { sync_status, sync_start_time, sync_end_time } = last.sync
  const took_ms = (sync_end_time ?? now) - sync_start_time
  // One that has ended is over, however long it took: the next one says more.
  if (sync_status !== 'in_progress') return 'good'
  if (took_ms <= max_run_ms) return 'unknown'
  const facts = { side: 'overrun', duration_ms: took_ms, usual_ms: max_run_ms }
  return {
    severity,
    facts,
    began_at: sync_start_time + max_run_ms,
    last_good_at: null,
    count: 1,
    last_sync_id: last.sync_id,
    sync_ids: [],
  }
}

const known = (runs: Runs): Runs => runs.filter(({ state }) => state !== 'unknown' && state !== 'waiting')

function newest(
  runs: Runs,
  state: 'missed' | 'late',
  { severity, in_a_row }: { readonly severity: Finding['severity']; readonly in_a_row: number },
  facts: Finding['facts'],
): Verdict {
  const decided = known(runs)
  const end = decided.findIndex((run) => run.state !== state)
  const bad = end === -1 ? decided : decided.slice(0, end)
  if (bad.length < in_a_row) return bad.length > 0 || decided.length === 0 ? 'unknown' : 'good'
  const good = decided.find((run) => run.state === 'started')
  return {
    severity,
    facts: { ...facts, in_a_row: bad.length, due_at: bad[0]?.due_at ?? null },
    began_at: Math.min(...bad.map(({ due_at }) => due_at)),
    last_good_at: good?.sync?.sync_end_time ?? null,
    count: bad.length,
    last_sync_id: bad.find(({ sync_id }) => sync_id !== null)?.sync_id ?? null,
    sync_ids: [],
  }
}
