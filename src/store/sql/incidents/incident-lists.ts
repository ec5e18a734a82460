import { sql, type SelectQueryBuilder } from 'kysely'
import {
  INCIDENT_STATES,
  type Incident,
  type IncidentChange,
  type IncidentState,
} from '../../../core/incident.ts'
import type { IncidentPage, IncidentQuery } from '../../incidents.ts'
import type { SqlConnection } from '../sql-database.ts'
import type { Tables } from '../tables.ts'
import { sumMembers } from './incident-members.ts'
import { CHANGES, incidentOfRow, INCIDENTS, MEMBERS, OPEN_STATES, type IncidentRow } from './incident-rows.ts'

/** So far back resolved ones are counted. */
const COUNTED_MS = 30 * 86_400_000
/** Changes of one incident that are shown, the newest. */
const MOST_CHANGES = 200

type Rows = SelectQueryBuilder<Tables, typeof INCIDENTS, object>

/** See `IncidentStore.list`. */
export async function listIncidents(connection: SqlConnection, query: IncidentQuery): Promise<IncidentPage> {
  const { limit } = query
  const states = query.states ?? INCIDENT_STATES
  // State by state, each along its index: few are open among all that ever were.
  const found: IncidentRow[] = []
  for (const state of states) {
    const of_state = matching(connection, query).where('state', '=', state)
    const rows = behind(of_state, query.after_id ?? null)
      .selectAll()
      .orderBy('id', 'desc')
      .limit(limit + 1)
    found.push(...(await rows.execute()))
  }
  found.sort((a, b) => b.id - a.id)
  const page = found.slice(0, limit)
  const incidents: Incident[] = []
  for (const row of page) incidents.push(await shown(connection, row, query.user_ids))
  return {
    incidents,
    next_id: found.length > limit ? (page.at(-1)?.id ?? null) : null,
    states: await countStates(connection, query),
  }
}

/** See `IncidentStore.find`. */
export async function findIncident(
  connection: SqlConnection,
  id: number,
  user_ids?: readonly string[],
): Promise<{ incident: Incident; history: IncidentChange[] } | null> {
  const { query } = connection
  const row = await ofUsers(query.selectFrom(INCIDENTS), user_ids)
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return null
  const history = await query
    .selectFrom(CHANGES)
    .selectAll()
    .where('incident_id', '=', id)
    .orderBy('id', 'desc')
    .limit(MOST_CHANGES)
    .execute()
  return { incident: await shown(connection, row, user_ids), history: history.toReversed() }
}

async function countStates(
  connection: SqlConnection,
  query: IncidentQuery,
): Promise<Record<IncidentState, number>> {
  const counts: Record<IncidentState, number> = {
    open: 0,
    acknowledged: 0,
    muted: 0,
    suppressed: 0,
    resolved: 0,
  }
  const count = sql<number | string>`count(*)`.as('count')
  const open = await matching(connection, query)
    .select(['state', count])
    .where('state', 'in', OPEN_STATES)
    .groupBy('state')
    .execute()
  for (const row of open) counts[row.state] = Number(row.count)
  const since = query.now - COUNTED_MS
  const resolved = await matching(connection, query)
    .select(count)
    .where('resolved_at', '>=', since)
    .executeTakeFirstOrThrow()
  return { ...counts, resolved: Number(resolved.count) }
}

function matching({ query: database }: SqlConnection, query: IncidentQuery): Rows {
  let rows: Rows = ofUsers(database.selectFrom(INCIDENTS), query.user_ids)
  if (query.rules !== undefined) rows = rows.where('rule', 'in', [...query.rules])
  if (query.severities !== undefined) rows = rows.where('severity', 'in', [...query.severities])
  if (query.sync_type !== undefined) rows = rows.where('sync_type', '=', query.sync_type)
  return rows
}

function behind(rows: Rows, after_id: number | null): Rows {
  return after_id === null ? rows : rows.where('id', '<', after_id)
}

function ofUsers(rows: Rows, user_ids: readonly string[] | undefined): Rows {
  if (user_ids === undefined) return rows
  if (user_ids.length === 0) return rows.where(sql<boolean>`1 = 0`)
  return rows.where((where) =>
    where(
      'id',
      'in',
      where
        .selectFrom(MEMBERS)
        .select('incident_id')
        .where('user_id', 'in', [...user_ids]),
    ),
  )
}

/** Who may see some users learns nothing of the others: neither how many there are, nor what a rule says of them all. */
async function shown(
  connection: SqlConnection,
  row: IncidentRow,
  user_ids: readonly string[] | undefined,
): Promise<Incident> {
  const incident = incidentOfRow(row)
  if (user_ids === undefined) return incident
  if (row.user_id !== null && user_ids.includes(row.user_id)) return incident
  const { syncs, users } = await sumMembers(connection, row.id, user_ids)
  const own = await connection.query
    .selectFrom(MEMBERS)
    .select(sql<number | null>`max(last_sync_id)`.as('last_sync_id'))
    .where('incident_id', '=', row.id)
    .where('user_id', 'in', [...user_ids])
    .executeTakeFirstOrThrow()
  return {
    ...incident,
    facts: {},
    count: syncs,
    user_count: users,
    last_sync_id: own.last_sync_id,
    last_good_at: null,
    mute_reason: null,
  }
}
