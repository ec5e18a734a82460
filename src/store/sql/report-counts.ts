import { sql } from 'kysely'
import { INCIDENT_SEVERITIES } from '../../core/incident.ts'
import type { DueCounts, IncidentCounts, MessageCounts, ReportSpanQuery } from '../reports.ts'
import { incidentOfRow, INCIDENTS, type IncidentRow } from './incidents/incident-rows.ts'
import { DUE_RUNS, SCHEDULES } from './schedules/schedule-rows.ts'
import type { SqlConnection } from './sql-database.ts'

const OUTBOX = 'canvas_sync_notifications'
const COUNT = sql<number | string>`count(*)`.as('count')
/** Incidents that people were told of and that are not over. */
const TOLD_OPEN = ['open', 'acknowledged'] as const

/** See `ReportStore.incidents`. */
export async function countIncidents(
  { query }: SqlConnection,
  { since, until }: ReportSpanQuery,
  limit: number,
): Promise<IncidentCounts> {
  const rows = query.selectFrom(INCIDENTS)
  const opened = await rows
    .select(COUNT)
    .where('opened_at', '>=', since)
    .where('opened_at', '<', until)
    .executeTakeFirstOrThrow()
  const in_span = rows.where('resolved_at', '>=', since).where('resolved_at', '<', until)
  const resolved = await in_span.select(COUNT).executeTakeFirstOrThrow()
  const open = await rows.select(COUNT).where('state', 'in', TOLD_OPEN).executeTakeFirstOrThrow()
  const listed: IncidentRow[] = []
  for (const severity of INCIDENT_SEVERITIES) {
    if (listed.length >= limit) break
    const of_severity = rows.selectAll().where('state', 'in', TOLD_OPEN).where('severity', '=', severity)
    listed.push(
      ...(await of_severity
        .orderBy('id', 'desc')
        .limit(limit - listed.length)
        .execute()),
    )
  }
  if (listed.length < limit) {
    const ended = in_span.selectAll().orderBy('resolved_at', 'desc').orderBy('id', 'desc')
    listed.push(...(await ended.limit(limit - listed.length).execute()))
  }
  return {
    opened: Number(opened.count),
    resolved: Number(resolved.count),
    open: Number(open.count),
    listed: listed.map(incidentOfRow),
  }
}

/** See `ReportStore.dueTimes`. */
export async function countDueTimes(
  { query }: SqlConnection,
  { since, until }: ReportSpanQuery,
  limit: number,
): Promise<DueCounts> {
  const counts = { started: 0, late: 0, missed: 0, unknown: 0 }
  const by_state = await query
    .selectFrom(DUE_RUNS)
    .select(['state', COUNT])
    .where('due_at', '>=', since)
    .where('due_at', '<', until)
    .groupBy('state')
    .execute()
  for (const { state, count } of by_state) if (state !== 'waiting') counts[state] = Number(count)
  const { started, ...wrong } = counts
  const missed = await query
    .selectFrom(DUE_RUNS)
    .innerJoin(SCHEDULES, `${SCHEDULES}.id`, `${DUE_RUNS}.schedule_id`)
    .select([`${SCHEDULES}.slug`, COUNT])
    // A literal, so that the index of those that nothing started for is used.
    .where(`${DUE_RUNS}.state`, '=', sql.lit('missed' as const))
    .where(`${DUE_RUNS}.due_at`, '>=', since)
    .where(`${DUE_RUNS}.due_at`, '<', until)
    .groupBy(`${SCHEDULES}.slug`)
    .orderBy('count', 'desc')
    .orderBy(`${SCHEDULES}.slug`)
    .limit(limit)
    .execute()
  return {
    expected: started + wrong.late + wrong.missed + wrong.unknown,
    ...wrong,
    listed: missed.map(({ slug, count }) => ({ slug, missed: Number(count) })),
  }
}

/** See `ReportStore.messages`. */
export async function countMessages(
  { query }: SqlConnection,
  { since, until }: ReportSpanQuery,
): Promise<MessageCounts> {
  const counts = { sent: 0, failed: 0 }
  const by_state = await query
    .selectFrom(OUTBOX)
    .select(['state', COUNT])
    .where('created_at', '>=', since)
    .where('created_at', '<', until)
    .where('kind', '!=', 'test')
    .where('state', 'in', ['sent', 'failed'])
    .groupBy('state')
    .execute()
  for (const { state, count } of by_state)
    if (state === 'sent' || state === 'failed') counts[state] = Number(count)
  return counts
}
