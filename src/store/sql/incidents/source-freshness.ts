import type { SourceFreshness } from '../../sync-histories.ts'
import type { SqlConnection } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'

/** Lists of one source that are looked at, the stalest and the newest. */
const MOST_LISTS = 500
/** Users of one source that are named. */
const MOST_USERS = 100

interface FoundSource {
  readonly id: number
  readonly base_url: string
}

interface Sums {
  readonly stale: number | string
  readonly oldest: number | null
  readonly newest: number | null
}

/** What is known up to a time: from a complete read, or from one that brought all changes since. */
const KNOWN = `case when coalesce(read_through_at, 0) > complete_at then read_through_at else complete_at end`
const OPEN_LISTS = `canvas_sync_listings where source_id = ? and final = 0`

/** See `SyncHistories.listFreshness`. */
export async function readSourceFreshness(
  connection: SqlConnection,
  after_source_id: number,
  complete_since: number,
  limit: number,
): Promise<SourceFreshness[]> {
  const { dialect, select } = connection
  const sources = await select<FoundSource>(
    textFor(dialect, 'select id, base_url from canvas_sync_sources where id > ? order by id limit ?'),
    [after_source_id, limit],
  )
  const sums = textFor(
    dialect,
    `select stale_sums.stale, stale_sums.oldest, newest_sums.newest from
      (select count(*) as stale, min(nullif(complete_at, 0)) as oldest from
        (select complete_at, last_listing_at, read_through_at from ${OPEN_LISTS} and complete_at < ?
          order by complete_at limit ${MOST_LISTS}) as oldest_lists
        where last_listing_at > complete_at and ${KNOWN} < ?) as stale_sums
      cross join (select max(${KNOWN}) as newest from
        (select complete_at, read_through_at from ${OPEN_LISTS}
          order by complete_at desc limit ${MOST_LISTS}) as newest_lists) as newest_sums`,
  )
  const users = textFor(
    dialect,
    `select distinct user_id from canvas_sync_source_users where source_id = ? limit ${MOST_USERS}`,
  )
  const found: SourceFreshness[] = []
  for (const { id, base_url } of sources) {
    const [sum] = await select<Sums>(sums, [id, complete_since, complete_since, id])
    const of_source = await select<{ user_id: string }>(users, [id])
    const newest = sum?.newest ?? 0
    found.push({
      source_id: id,
      base_url,
      user_ids: of_source.map(({ user_id }) => user_id),
      newest_complete_at: newest > 0 ? newest : null,
      stale_lists: Number(sum?.stale ?? 0),
      oldest_complete_at: sum?.oldest ?? null,
    })
  }
  return found
}
