import { sql } from 'kysely'
import type { FoundIncident } from '../../incidents.ts'
import type { SqlConnection } from '../sql-database.ts'
import { MEMBERS } from './incident-rows.ts'

/** Rows of one statement. */
const AT_ONCE = 200

export interface MemberSums {
  readonly syncs: number
  readonly users: number
}

/** Keeps these members as bad and adds what is new of them; returns the sums over all members of the incident. */
export async function saveMembers(
  { query }: SqlConnection,
  incident_id: number,
  found: readonly FoundIncident[],
  now: number,
): Promise<MemberSums> {
  const by_member = Map.groupBy(found, ({ member }) => member)
  const names = [...by_member.keys()]
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const some = names.slice(from, from + AT_ONCE)
    const known = await query
      .selectFrom(MEMBERS)
      .select(['member', 'sync_count', 'last_sync_id'])
      .where('incident_id', '=', incident_id)
      .where('member', 'in', some)
      .execute()
    const before = new Map(known.map((row) => [row.member, row]))
    const rows = some.map((member) => {
      const of_member = by_member.get(member) ?? []
      const added = of_member.reduce((sum, each) => sum + each.added, 0)
      const level = Math.max(0, ...of_member.map(({ count }) => count))
      const last = before.get(member)
      const sync_count = Math.max((last?.sync_count ?? 0) + added, level)
      const ids = [last?.last_sync_id ?? null, ...of_member.map(({ last_sync_id }) => last_sync_id)]
      const last_sync_id = ids.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null)
      const user_id = of_member[0]?.subject.user_id ?? null
      return { incident_id, member, user_id, bad: 1 as const, sync_count, last_sync_id, seen_at: now }
    })
    await query
      .insertInto(MEMBERS)
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['incident_id', 'member']).doUpdateSet({
          bad: 1,
          seen_at: now,
          sync_count: (of) => of.ref('excluded.sync_count'),
          last_sync_id: (of) => of.ref('excluded.last_sync_id'),
        }),
      )
      .execute()
  }
  return await sumMembers({ query }, incident_id)
}

export async function sumMembers(
  { query }: Pick<SqlConnection, 'query'>,
  incident_id: number,
  user_ids?: readonly string[],
): Promise<MemberSums> {
  let select = query
    .selectFrom(MEMBERS)
    .select([
      sql<number | string | null>`sum(sync_count)`.as('syncs'),
      sql<number | string>`count(distinct user_id)`.as('users'),
    ])
    .where('incident_id', '=', incident_id)
  if (user_ids !== undefined) select = select.where('user_id', 'in', [...user_ids])
  const row = await select.executeTakeFirstOrThrow()
  return { syncs: Number(row.syncs ?? 0), users: Number(row.users) }
}
