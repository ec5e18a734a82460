import type { IncidentChange, IncidentChangeKind, IncidentState } from '../../../core/incident.ts'
import type { FoundIncident, JudgedMember, JudgedPlace } from '../../incidents.ts'
import type { SqlConnection } from '../sql-database.ts'
import { changeIncident, type ChangeNote } from './change-incident.ts'
import {
  commonSubject,
  greatest,
  INCIDENT_LOCK,
  INCIDENTS,
  IS_BAD,
  isMuted,
  MEMBERS,
  subjectOf,
  worst,
  type IncidentRow,
} from './incident-rows.ts'
import { isNews, withEvidence } from './incident-evidence.ts'
import { saveMembers } from './incident-members.ts'
import { BY_MONITOR, resolveIfGood } from './resolve-incident.ts'

/** What comes back so soon is the same incident, not another one. */
const REOPEN_MS = 30 * 60_000
/** A child whose parent is over has had the time to become good by itself. */
const RELEASE_MS = 30 * 60_000
/** Values of one statement. */
const AT_ONCE = 200

/** See `IncidentStore.settle`; inside of a transaction. */
export async function settleIncidents(
  connection: SqlConnection,
  found: readonly FoundIncident[],
  judged: readonly JudgedMember[],
  now: number,
  place: JudgedPlace | undefined,
): Promise<IncidentChange[] | null> {
  await connection.lock(INCIDENT_LOCK)
  if (place !== undefined && !(await movePlace(connection, place, now))) return null
  const settlement = new Settlement(connection, now)
  await settlement.endMutes()
  const proven = place === undefined ? found : await withEvidence(connection, found)
  await settlement.find(proven)
  await settlement.recover(proven, judged)
  await settlement.releaseForgotten()
  return settlement.changes
}

async function movePlace({ query }: SqlConnection, place: JudgedPlace, now: number): Promise<boolean> {
  const kept = await query
    .selectFrom('canvas_sync_incident_places')
    .select('place')
    .where('name', '=', place.name)
    .executeTakeFirst()
  if ((kept?.place ?? null) !== place.from) return false
  const row = { name: place.name, place: place.to, judged_at: now }
  await query
    .insertInto('canvas_sync_incident_places')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ place: row.place, judged_at: now }))
    .execute()
  return true
}

class Settlement {
  readonly changes: IncidentChange[] = []
  readonly #connection: SqlConnection
  readonly #now: number
  readonly #open = new Map<string, IncidentRow>()

  constructor(connection: SqlConnection, now: number) {
    this.#connection = connection
    this.#now = now
  }

  async endMutes(): Promise<void> {
    const over = await this.#connection.query
      .selectFrom(INCIDENTS)
      .selectAll()
      .where('state', '=', 'muted')
      .where('muted_until', '<=', this.#now)
      .execute()
    for (const row of over) {
      const state = row.acknowledged_at === null ? 'open' : 'acknowledged'
      await this.#change(row, 'unmuted', { state, muted_until: null, mute_reason: null })
    }
  }

  async find(found: readonly FoundIncident[]): Promise<void> {
    // Parents first, so that what they explain is never opened beside them.
    const ordered = found.toSorted((a, b) => Number(a.parent_key !== null) - Number(b.parent_key !== null))
    const by_key = Map.groupBy(ordered, ({ key }) => key)
    const parents = ordered.map(({ parent_key }) => parent_key).filter((key) => key !== null)
    await this.#loadOpen([...new Set([...by_key.keys(), ...parents])])
    for (const [key, of_key] of by_key) {
      const row = this.#open.get(key) ?? (await this.#begin(key, of_key))
      if (row === null) continue
      const members = await saveMembers(this.#connection, row.id, of_key, this.#now)
      await this.#refresh(row, of_key, members)
    }
  }

  async recover(found: readonly FoundIncident[], judged: readonly JudgedMember[]): Promise<void> {
    const keys = new Map(found.map(({ rule, member, key }) => [`${rule} ${member}`, key]))
    const asked = new Set(judged.map(({ rule, member }) => `${rule} ${member}`))
    const names = [...new Set(judged.map(({ member }) => member))]
    const left = new Set<number>()
    for (const some of chunks(names)) {
      const bad = await this.#connection.query
        .selectFrom(`${MEMBERS} as m`)
        .innerJoin(`${INCIDENTS} as i`, 'i.id', 'm.incident_id')
        .select(['m.incident_id', 'm.member', 'i.rule', 'i.incident_key'])
        .where('m.member', 'in', some)
        .where(IS_BAD)
        .where('i.open_key', 'is not', null)
        .execute()
      for (const { incident_id, member, rule, incident_key } of bad) {
        const name = `${rule} ${member}`
        if (!asked.has(name) || keys.get(name) === incident_key) continue
        await this.#connection.query
          .updateTable(MEMBERS)
          .set({ bad: 0 })
          .where('incident_id', '=', incident_id)
          .where('member', '=', member)
          .execute()
        left.add(incident_id)
      }
    }
    for (const id of left) {
      const resolved = await resolveIfGood(this.#connection, id, this.#now)
      if (resolved !== null) this.changes.push(resolved)
    }
  }

  /** Nothing was heard of them since their parent ended. */
  async releaseForgotten(): Promise<void> {
    const rows = await this.#connection.query
      .selectFrom(`${INCIDENTS} as i`)
      .leftJoin(`${INCIDENTS} as parent`, 'parent.id', 'i.parent_id')
      .selectAll('i')
      .where('i.state', '=', 'suppressed')
      .where((where) =>
        where.or([where('parent.id', 'is', null), where('parent.resolved_at', '<=', this.#now - RELEASE_MS)]),
      )
      .execute()
    for (const row of rows) await this.#release(row)
  }

  async #loadOpen(keys: readonly string[]): Promise<void> {
    for (const some of chunks(keys)) {
      const rows = await this.#connection.query
        .selectFrom(INCIDENTS)
        .selectAll()
        .where('open_key', 'in', some)
        .execute()
      for (const row of rows) this.#open.set(row.incident_key, row)
    }
  }

  /** The row that a key which is not open gets; null when a person resolved it and nothing new has happened. */
  async #begin(key: string, found: readonly FoundIncident[]): Promise<IncidentRow | null> {
    const last = await this.#connection.query
      .selectFrom(INCIDENTS)
      .selectAll()
      .where('incident_key', '=', key)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    const resolved_at = last?.resolved_at ?? Number.NEGATIVE_INFINITY
    if (last !== undefined && last.resolved_by !== null && !isNews(found, this.#now - resolved_at))
      return null
    const parent = this.#parentOf(found)
    // Who has muted a problem meant its next turn too, unless a person has called it over.
    const muted = last !== undefined && last.resolved_by === null && isMuted(last, this.#now)
    const mute = muted
      ? { muted_until: last.muted_until, mute_reason: last.mute_reason }
      : { muted_until: null, mute_reason: null }
    const state: IncidentState = parent !== null ? 'suppressed' : muted ? 'muted' : 'open'
    if (last !== undefined && this.#now - resolved_at <= REOPEN_MS) {
      const becomes = {
        state,
        parent_id: parent?.id ?? null,
        open_key: key,
        resolved_at: null,
        resolved_by: null,
      }
      const undecided = { acknowledged_at: null, acknowledged_by: null, ...mute }
      const change = parent === null ? 'reopened' : 'suppressed'
      const row = await this.#change(last, change, { ...becomes, ...undecided })
      this.#open.set(key, row)
      await this.#suppressWhatItExplains(row)
      return row
    }
    const severity = worst(found.map((each) => each.severity))
    const [first] = found
    if (first === undefined) return null
    const row = await this.#connection.query
      .insertInto(INCIDENTS)
      .values({
        rule: first.rule,
        incident_key: key,
        open_key: key,
        severity,
        state,
        ...commonSubject(found.map(({ subject }) => subject)),
        began_at: Math.min(...found.map(({ began_at }) => began_at)),
        opened_at: this.#now,
        last_seen_at: this.#now,
        last_good_at: greatest(found.map(({ last_good_at }) => last_good_at)),
        explained_by: first.parent_key,
        parent_id: parent?.id ?? null,
        ...mute,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    this.#open.set(key, row)
    await this.#change(row, parent === null ? 'opened' : 'suppressed', {})
    await this.#suppressWhatItExplains(row)
    return row
  }

  async #suppressWhatItExplains(parent: IncidentRow): Promise<void> {
    const rows = await this.#connection.query
      .selectFrom(INCIDENTS)
      .selectAll()
      .where('state', '=', 'open')
      .where('explained_by', '=', parent.incident_key)
      .execute()
    for (const row of rows) {
      const becomes = { state: 'suppressed', parent_id: parent.id } as const
      const suppressed = await this.#change(row, 'suppressed', becomes)
      if (this.#open.has(row.incident_key)) this.#open.set(row.incident_key, suppressed)
    }
  }

  /** The open incident that explains all of them. */
  #parentOf(found: readonly FoundIncident[]): IncidentRow | null {
    const parents = found.map(({ parent_key }) =>
      parent_key === null ? undefined : this.#open.get(parent_key),
    )
    return parents.every((parent) => parent !== undefined) ? (parents[0] ?? null) : null
  }

  async #refresh(
    row: IncidentRow,
    found: readonly FoundIncident[],
    members: { readonly syncs: number; readonly users: number },
  ): Promise<void> {
    const severity = worst([row.severity, ...found.map((each) => each.severity)])
    const newest = found.reduce((a, b) => ((b.last_sync_id ?? 0) >= (a.last_sync_id ?? 0) ? b : a))
    const parent = this.#parentOf(found)
    const becomes = {
      ...commonSubject([subjectOf(row), ...found.map(({ subject }) => subject)]),
      severity,
      facts: JSON.stringify(newest.facts),
      began_at: Math.min(row.began_at, ...found.map(({ began_at }) => began_at)),
      last_seen_at: Math.max(row.last_seen_at, this.#now),
      last_good_at: row.last_good_at ?? greatest(found.map(({ last_good_at }) => last_good_at)),
      sync_count: Math.max(row.sync_count, members.syncs),
      user_count: Math.max(row.user_count, members.users),
      last_sync_id: greatest([row.last_sync_id, ...found.map(({ last_sync_id }) => last_sync_id)]),
      explained_by: newest.parent_key,
    }
    await this.#connection.query.updateTable(INCIDENTS).set(becomes).where('id', '=', row.id).execute()
    let now = { ...row, ...becomes }
    if (parent !== null && row.state === 'open') {
      now = await this.#change(now, 'suppressed', { state: 'suppressed', parent_id: parent.id })
    } else if (parent === null && row.state === 'suppressed') {
      now = await this.#release(now)
    }
    if (severity !== row.severity) now = await this.#change(now, 'worsened', {})
    this.#open.set(row.incident_key, now)
  }

  #release(row: IncidentRow): Promise<IncidentRow> {
    const state = isMuted(row, this.#now) ? 'muted' : 'open'
    return this.#change(row, 'released', { state, parent_id: null })
  }

  async #change(
    row: IncidentRow,
    change: IncidentChangeKind,
    becomes: Partial<IncidentRow>,
  ): Promise<IncidentRow> {
    const note: ChangeNote = { change, changed_at: this.#now, ...BY_MONITOR }
    const changed = await changeIncident(this.#connection, row, note, becomes)
    this.changes.push(changed.change)
    return changed.row
  }
}

function* chunks<T>(values: readonly T[]): Generator<T[]> {
  for (let from = 0; from < values.length; from += AT_ONCE) yield values.slice(from, from + AT_ONCE)
}
