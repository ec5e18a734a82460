import type { ScheduleTerms } from '../../../core/schedule.ts'
import { UNDECLARED_AFTER_MS, type DeclaredAll, type ScheduleDeclarer } from '../../schedules.ts'
import type { SqlConnection } from '../sql-database.ts'
import { declareSchedule, SCHEDULES_LOCK } from './declare-schedule.ts'
import { SCHEDULES, WATCHES } from './schedule-rows.ts'

const CONFIG: ScheduleDeclarer = { origin: 'config', reported_by: null }
/** Names in one statement. */
const AT_ONCE = 500

/** See `ScheduleStore.declareAll`; inside of a transaction. */
export async function declareAll(
  connection: SqlConnection,
  terms: readonly ScheduleTerms[],
  now: number,
  when: 'start' | 'still',
): Promise<DeclaredAll> {
  const { query } = connection
  await connection.lock(SCHEDULES_LOCK)
  const done: Record<keyof DeclaredAll, string[]> = { created: [], changed: [], removed: [], left_out: [] }
  const known = await query
    .selectFrom(SCHEDULES)
    .select(['id', 'slug', 'declared_at'])
    .where('origin', '=', 'config')
    .execute()
  const before = new Set(known.map(({ slug }) => slug))
  for (const each of terms) {
    if (before.has(each.slug) && when === 'still') continue
    const { outcome } = await declareSchedule(connection, each, CONFIG, { now, audit: null })
    if (outcome === 'created' || outcome === 'changed') done[outcome].push(each.slug)
    if (outcome === 'full') done.left_out.push(each.slug)
  }
  const slugs = terms.map(({ slug }) => slug)
  for (let first = 0; first < slugs.length; first += AT_ONCE) {
    await query
      .updateTable(SCHEDULES)
      .set({ declared_at: now })
      .where('origin', '=', 'config')
      .where('slug', 'in', slugs.slice(first, first + AT_ONCE))
      .execute()
  }
  if (!(await isWatchedSince(connection, now - UNDECLARED_AFTER_MS))) return done
  const declared = new Set(slugs)
  for (const { id, slug, declared_at } of known) {
    if (declared.has(slug) || (declared_at ?? 0) >= now - UNDECLARED_AFTER_MS) continue
    await query.deleteFrom(SCHEDULES).where('id', '=', id).execute()
    done.removed.push(slug)
  }
  return done
}

/** While the database could not be reached, other servers could not say what they declare either. */
async function isWatchedSince({ query }: SqlConnection, since: number): Promise<boolean> {
  const span = await query
    .selectFrom(WATCHES)
    .select('looked_from')
    .orderBy('looked_from', 'desc')
    .limit(1)
    .executeTakeFirst()
  return span !== undefined && span.looked_from <= since
}
