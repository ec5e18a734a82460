import type { SyncErrorType } from '../../../core/error-types.ts'
import { boundedTime, windowParts } from '../../../core/time-buckets.ts'
import type { ErrorGroup, ErrorGroupQuery, ErrorGroups } from '../../error-groups.ts'
import { ERROR_COUNTS } from './figure-columns.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { isOneOf, joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'

interface CountedGroup {
  readonly error_group_id: number
  readonly syncs: number
}

interface GroupRow extends CountedGroup {
  readonly id: number
  readonly error_type: SyncErrorType | null
  readonly message: string
  readonly first_seen_at: number
  readonly last_sync_id: number | null
  readonly last_seen_at: number | null
  readonly last_message: string | null
}

/** {@link ErrorGroups} in the SQL that both engines understand. */
export class SqlErrorGroups implements ErrorGroups {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  list(query: ErrorGroupQuery): Promise<ErrorGroup[]> {
    return this.#database.read((connection) =>
      query.user_ids === undefined
        ? listOfAll(connection, query)
        : listOfUsers(connection, { ...query, user_ids: query.user_ids }),
    )
  }
}

async function listOfAll(
  { dialect, select }: SqlConnection,
  { since, limit }: ErrorGroupQuery,
): Promise<ErrorGroup[]> {
  const counted = joined(
    windowParts(since, ['day', 'month']).map(({ tier, from, to }): SqlPiece =>
      tier === 'rows'
        ? piece(
            `select error_group_id, 1 as syncs from canvas_sync_metrics
             where error_group_id is not null and sync_start_time >= ? and sync_start_time < ?`,
            from,
            to,
          )
        : piece(
            `select error_group_id, syncs from ${ERROR_COUNTS}
             where tier = '${tier}' and bucket_start >= ? and bucket_start < ?`,
            from,
            to,
          ),
    ),
    ' union all ',
  )
  const newest = (column: string): string => `(select m.${column} from canvas_sync_metrics m
    where m.error_group_id = g.id order by m.sync_start_time desc, m.id desc limit 1)`
  const text = `select g.id, g.error_type, g.message, g.first_seen_at, c.syncs,
      ${newest('id')} as last_sync_id, ${newest('sync_start_time')} as last_seen_at,
      ${newest('error_message')} as last_message
    from (select error_group_id, cast(sum(syncs) as double precision) as syncs
      from (${counted.text}) as parts group by error_group_id having sum(syncs) > 0
      order by 2 desc, 1 desc limit ?) as c
    join canvas_sync_error_groups g on g.id = c.error_group_id
    order by c.syncs desc, g.id desc`
  const rows = await select<GroupRow>(textFor(dialect, text), [...counted.values, limit])
  return rows.map((row) => ({
    id: row.id,
    error_type: row.error_type,
    message: row.last_message ?? row.message,
    syncs: row.syncs,
    first_seen_at: row.first_seen_at,
    // Without its rows only the first time is known.
    last_seen_at: row.last_seen_at ?? row.first_seen_at,
    last_sync_id: row.last_sync_id,
  }))
}

interface UserGroupRow {
  readonly id: number
  readonly error_type: SyncErrorType | null
  readonly syncs: number
  readonly first_seen_at: number
  readonly last_seen_at: number
}

/** Of some users: from their own rows, of which the index has those with an error. */
async function listOfUsers(
  { dialect, select }: SqlConnection,
  { since, limit, user_ids }: ErrorGroupQuery & { readonly user_ids: readonly string[] },
): Promise<ErrorGroup[]> {
  if (user_ids.length === 0) return []
  const whose = isOneOf('m.user_id', user_ids)
  const text = `select g.id, g.error_type, c.syncs, c.first_seen_at, c.last_seen_at
    from (select m.error_group_id, cast(sum(case when m.sync_start_time >= ? then 1 else 0 end) as double precision) as syncs,
        min(m.sync_start_time) as first_seen_at, max(m.sync_start_time) as last_seen_at
      from canvas_sync_metrics m where ${whose.text} and m.error_group_id is not null group by m.error_group_id
    ) as c join canvas_sync_error_groups g on g.id = c.error_group_id
    where c.syncs > 0 order by c.syncs desc, g.id desc limit ?`
  const rows = await select<UserGroupRow>(textFor(dialect, text), [
    boundedTime(since),
    ...whose.values,
    limit,
  ])
  const last = textFor(
    dialect,
    `select m.id, m.error_message from canvas_sync_metrics m
     where m.error_group_id = ? and m.sync_start_time = ? and ${whose.text} order by m.id desc limit 1`,
  )
  const groups: ErrorGroup[] = []
  for (const row of rows) {
    const values = [row.id, row.last_seen_at, ...whose.values]
    const [newest] = await select<{ id: number; error_message: string | null }>(last, values)
    groups.push({ ...row, message: newest?.error_message ?? '', last_sync_id: newest?.id ?? null })
  }
  return groups
}
