import type { Incident, IncidentChange, IncidentRule } from '../../../core/incident.ts'
import type {
  BadMember,
  DecidedIncident,
  FoundIncident,
  IncidentDecision,
  IncidentPage,
  IncidentQuery,
  IncidentStore,
  JudgedMember,
  JudgedPlace,
  ToldChange,
} from '../../incidents.ts'
import type { SqlDatabase } from '../sql-database.ts'
import { decideIncident } from './incident-decisions.ts'
import { forgetSilent } from './forget-silent.ts'
import { findIncident, listIncidents } from './incident-lists.ts'
import { CHANGES, INCIDENT_LOCK, incidentOfRow, INCIDENTS, MEMBERS, OPEN_STATES } from './incident-rows.ts'
import { settleIncidents } from './settlement.ts'
import { forgetIncidents } from '../notifications/forget-incidents.ts'

/** {@link IncidentStore} in the SQL that both engines understand. */
export class SqlIncidentStore implements IncidentStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  settle(
    found: readonly FoundIncident[],
    judged: readonly JudgedMember[],
    now: number,
    place?: JudgedPlace,
  ): Promise<IncidentChange[] | null> {
    return this.#database.write((connection) => settleIncidents(connection, found, judged, now, place))
  }

  forgetSilent(seen_before: number, now: number, limit: number): Promise<IncidentChange[]> {
    return this.#database.write((connection) => forgetSilent(connection, seen_before, now, limit))
  }

  place(name: string): Promise<{ place: number; judged_at: number } | null> {
    return this.#database.read(async ({ query }) => {
      const row = await query
        .selectFrom('canvas_sync_incident_places')
        .select(['place', 'judged_at'])
        .where('name', '=', name)
        .executeTakeFirst()
      return row ?? null
    })
  }

  listOpen(rules?: readonly IncidentRule[]): Promise<Incident[]> {
    return this.#database.read(async ({ query }) => {
      let select = query.selectFrom(INCIDENTS).selectAll().where('state', 'in', OPEN_STATES)
      if (rules !== undefined) select = select.where('rule', 'in', [...rules])
      return (await select.orderBy('id').execute()).map(incidentOfRow)
    })
  }

  countCritical(): Promise<number> {
    return this.#database.read(async ({ query }) => {
      const { count } = await query
        .selectFrom(INCIDENTS)
        .select((of) => of.fn.countAll<number | string>().as('count'))
        .where('state', 'in', ['open', 'acknowledged'])
        .where('severity', '=', 'critical')
        .executeTakeFirstOrThrow()
      return Number(count)
    })
  }

  listBadMembers(rules: readonly IncidentRule[]): Promise<BadMember[]> {
    return this.#database.read(({ query }) =>
      query
        .selectFrom(`${INCIDENTS} as i`)
        .innerJoin(`${MEMBERS} as m`, 'm.incident_id', 'i.id')
        .select(['m.incident_id', 'i.rule', 'm.member', 'm.user_id'])
        .where('i.state', 'in', OPEN_STATES)
        .where('i.rule', 'in', [...rules])
        .where('m.bad', '=', 1)
        .execute(),
    )
  }

  list(query: IncidentQuery): Promise<IncidentPage> {
    return this.#database.read((connection) => listIncidents(connection, query))
  }

  find(
    id: number,
    user_ids?: readonly string[],
  ): Promise<{ incident: Incident; history: IncidentChange[] } | null> {
    return this.#database.read((connection) => findIncident(connection, id, user_ids))
  }

  decide(decision: IncidentDecision): Promise<DecidedIncident | null> {
    return this.#database.write((connection) => decideIncident(connection, decision))
  }

  changesAfter(id: number, limit: number): Promise<ToldChange[]> {
    return this.#database.read(async ({ query }) => {
      const changes = await query
        .selectFrom(CHANGES)
        .selectAll()
        .where('id', '>', id)
        .orderBy('id')
        .limit(limit)
        .execute()
      const ids = [...new Set(changes.map(({ incident_id }) => incident_id))]
      if (ids.length === 0) return []
      const rows = await query.selectFrom(INCIDENTS).selectAll().where('id', 'in', ids).execute()
      const incidents = new Map(rows.map((row) => [row.id, incidentOfRow(row)]))
      return changes.flatMap((change) => {
        const incident = incidents.get(change.incident_id)
        return incident === undefined ? [] : [{ change, incident }]
      })
    })
  }

  removeResolved(before: number, limit: number): Promise<number> {
    return this.#database.write(async (connection) => {
      await connection.lock(INCIDENT_LOCK)
      const { query } = connection
      const old = query
        .selectFrom(INCIDENTS)
        .select('id')
        .where('resolved_at', 'is not', null)
        .where('resolved_at', '<', before)
        .orderBy('resolved_at')
        .limit(limit)
      const gone = await query.deleteFrom(INCIDENTS).where('id', 'in', old).returning('id').execute()
      await forgetIncidents(
        connection,
        gone.map(({ id }) => id),
      )
      return gone.length
    })
  }
}
