import type {
  IncidentFacts,
  IncidentRule,
  IncidentSeverity,
  IncidentSubject,
} from '../../../src/core/incident.ts'
import type { DueState } from '../../../src/core/schedule.ts'
import { checkSchedule, type GivenSchedule } from '../../../src/schedules/check-schedule.ts'
import type { FoundIncident } from '../../../src/store/incidents.ts'
import type { Store } from '../../../src/store/store.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const NOBODY: IncidentSubject = {
  host: null,
  source_id: null,
  sync_type: null,
  user_id: null,
  schedule: null,
  channel: null,
  error_type: null,
}

export interface GivenIncident {
  readonly rule: IncidentRule
  readonly severity: IncidentSeverity
  readonly subject?: Partial<IncidentSubject>
  readonly facts?: IncidentFacts
  /** How long ago it began, milliseconds. */
  readonly ago_ms?: number
  /** How long ago it was good; null when it never was. */
  readonly good_ago_ms?: number | null
  readonly users?: readonly string[]
  readonly count?: number
  readonly last_sync_id?: number
  readonly parent_key?: string
  readonly key?: string
}

/** Opens an incident as the rules do; returns its id. For servers that look for none themselves. */
export async function openIncident(store: Store, given: GivenIncident, now: number): Promise<number> {
  const { rule, severity, subject = {}, facts = {}, ago_ms = HOUR_MS, count = 1 } = given
  const key = given.key ?? `${rule} ${JSON.stringify(subject)}`
  const users = given.users ?? [subject.user_id ?? null]
  const found = users.map((user_id, index): FoundIncident => ({
    rule,
    key,
    member: `${key} ${user_id ?? ''}`,
    severity,
    subject: { ...NOBODY, ...subject, user_id },
    facts,
    began_at: now - ago_ms,
    last_good_at: given.good_ago_ms === null ? null : now - (given.good_ago_ms ?? ago_ms + HOUR_MS),
    count: index === 0 ? count - users.length + 1 : 1,
    added: index === 0 ? count - users.length + 1 : 1,
    last_sync_id: given.last_sync_id ?? null,
    parent_key: given.parent_key ?? null,
  }))
  const members = found.map(({ member }) => ({ rule, member }))
  const changes = await store.incidents.settle(found, members, now - ago_ms + 2 * MINUTE_MS)
  return changes?.[0]?.incident_id ?? 0
}

/** Its rule finds it good again. */
export async function recoverIncident(
  store: Store,
  { rule, key, users }: GivenIncident,
  now: number,
): Promise<void> {
  const judged = (users ?? [null]).map((user_id) => ({ rule, member: `${key ?? ''} ${user_id ?? ''}` }))
  await store.incidents.settle([], judged, now)
}

/** A schedule of which so many last times went as these letters say: started, late, missed, unknown. */
export async function givenSchedule(
  store: Store,
  slug: string,
  given: GivenSchedule,
  times: { readonly letters: string; readonly every_ms: number; readonly now: number },
): Promise<void> {
  const { letters, every_ms, now } = times
  const by = { origin: 'api', reported_by: null } as const
  await store.schedules.declare(checkSchedule(slug, given, 'Europe/Zurich'), by, now, null)
  const last = now - (now % every_ms)
  const runs = letters.split('').map((letter, index) => {
    const due_at = last - (letters.length - 1 - index) * every_ms
    const state = STATES[letter] ?? 'started'
    const started_at = state === 'started' ? due_at + 4000 : state === 'late' ? due_at + 12 * MINUTE_MS : null
    return { due_at, state, sync_id: null, started_at, decided_at: due_at + 15 * MINUTE_MS }
  })
  // The server looks at it, too.
  for (;;) {
    const schedule = await store.schedules.find(slug)
    if (schedule === null) throw new Error(`There is no schedule ${slug}.`)
    const { id, version } = schedule
    if (await store.schedules.decide({ schedule_id: id, version, runs })) return
  }
}

const STATES: Readonly<Record<string, DueState>> = { s: 'started', l: 'late', m: 'missed', u: 'unknown' }

const decided = (
  id: number,
  decision: 'acknowledged' | 'muted',
  now: number,
  muted_until: number | null = null,
): Parameters<Store['incidents']['decide']>[0] => ({
  id,
  decision,
  decided_at: now,
  muted_until,
  reason: decision === 'muted' ? 'The courses are being moved.' : null,
  audit: {
    actor_kind: 'loopback',
    actor_id: null,
    user_id: null,
    route: null,
    address: null,
    at: now,
    action: `incident_${decision}`,
    target: String(id),
  },
})

/** Incidents of all kinds and states, and schedules that went well and not; ids of the incidents by what they are. */
export async function givenAlerts(
  store: Store,
  now: number,
): Promise<Record<'failed' | 'missed' | 'acknowledged' | 'muted' | 'suppressed' | 'resolved', number>> {
  const host = 'canvas.example.edu'
  const failed = await openIncident(
    store,
    {
      rule: 'sync_failed',
      severity: 'critical',
      subject: { host, sync_type: 'grades', error_type: 'timeout' },
      facts: { in_a_row: 4 },
      ago_ms: 3 * HOUR_MS,
      good_ago_ms: 5 * HOUR_MS,
      users: ['7', '8', '42'],
      count: 12,
      last_sync_id: 1,
      key: 'grades fail',
    },
    now,
  )
  const missed = await openIncident(
    store,
    {
      rule: 'missed',
      severity: 'critical',
      subject: { schedule: 'nightly', sync_type: 'all' },
      facts: { due_at: now - 8 * HOUR_MS, in_a_row: 2 },
      ago_ms: 8 * HOUR_MS,
      good_ago_ms: 32 * HOUR_MS,
      count: 2,
    },
    now,
  )
  await openIncident(
    store,
    {
      rule: 'disk',
      severity: 'warning',
      facts: { holds: 'database', machine: 'monitor-1', free_bytes: 4.2e9, free_percent: 4 },
      ago_ms: 20 * MINUTE_MS,
      good_ago_ms: null,
    },
    now,
  )
  const acknowledged = await openIncident(
    store,
    {
      rule: 'duration',
      severity: 'warning',
      subject: { host, sync_type: 'submissions' },
      facts: { side: 'slow', duration_ms: 2_520_000, usual_ms: 840_000 },
      ago_ms: 26 * HOUR_MS,
      users: ['1', '2'],
      count: 5,
    },
    now,
  )
  await openIncident(
    store,
    {
      rule: 'token_expiring',
      severity: 'info',
      subject: { user_id: '17' },
      facts: { days_left: 6, expires_at: now + 6 * DAY_MS },
      ago_ms: DAY_MS,
      good_ago_ms: null,
    },
    now,
  )
  const muted = await openIncident(
    store,
    {
      rule: 'volume',
      severity: 'warning',
      subject: { host, sync_type: 'assignments', user_id: '3' },
      facts: { side: 'low', processed: 12, usual_low: 180, usual_high: 260 },
      ago_ms: 2 * DAY_MS,
      count: 2,
    },
    now,
  )
  const suppressed = await openIncident(
    store,
    {
      rule: 'stale',
      severity: 'warning',
      subject: { host },
      facts: { stale_lists: 8, target_ms: DAY_MS },
      count: 8,
      parent_key: 'grades fail',
    },
    now,
  )
  const over: GivenIncident = {
    rule: 'canvas_unreachable',
    severity: 'critical',
    subject: { host },
    ago_ms: 50 * HOUR_MS,
    users: ['1', '2', '3', '4'],
    count: 30,
    key: 'canvas away',
  }
  const resolved = await openIncident(store, over, now)
  await recoverIncident(store, over, now - 48 * HOUR_MS)
  await store.incidents.decide(decided(acknowledged, 'acknowledged', now - 20 * HOUR_MS))
  await store.incidents.decide(decided(muted, 'muted', now - DAY_MS, now + 5 * DAY_MS))
  await givenSchedule(
    store,
    'nightly',
    { cron: '0 2 * * *', margin: '15m', max_run: '2h', sync_type: 'all' },
    { letters: `${'s'.repeat(25)}lssmm`, every_ms: DAY_MS, now },
  )
  await givenSchedule(
    store,
    'grades-hourly',
    { cron: '0 * * * *', sync_type: 'grades', margin: '5m' },
    { letters: `ss${'u'.repeat(3)}${'s'.repeat(12)}l${'s'.repeat(12)}`, every_ms: HOUR_MS, now },
  )
  await givenSchedule(
    store,
    'user-42-submissions',
    { every: '6h', sync_type: 'submissions', user_id: 42, owner: 'teachers' },
    { letters: 'ssssssssl', every_ms: 6 * HOUR_MS, now },
  )
  const break_days = [{ from: '2026-12-21', until: '2027-01-03', reason: 'Winter break' }]
  await givenSchedule(
    store,
    'weekly-full',
    { cron: '0 4 * * 7', time_zone: 'America/New_York', pauses: break_days, sync_type: 'all' },
    { letters: '', every_ms: DAY_MS, now },
  )
  await store.schedules.setPaused('weekly-full', true, now, null)
  return { failed, missed, acknowledged, muted, suppressed, resolved }
}
