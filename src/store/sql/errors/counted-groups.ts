import { errorGroupState, type ErrorGroupState } from '../../../core/error-group-state.ts'
import type { SyncErrorType } from '../../../core/error-types.ts'
import { boundedTime, windowParts } from '../../../core/time-buckets.ts'
import type { ErrorGroupWindow } from '../../error-groups.ts'
import { ERROR_COUNTS } from '../figures/figure-columns.ts'
import type { SqlConnection } from '../sql-database.ts'
import { isOneOf, joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'

/** Groups of one window, the most frequent: more are not looked at. */
const MOST_GROUPS = 10_000

/** What is read of every group of a window, before those of a page are looked at closer. */
export interface CountedGroup {
  readonly id: number
  readonly error_type: SyncErrorType | null
  readonly syncs: number
  readonly recent_syncs: number
  readonly first_seen_at: number
  readonly last_seen_at: number
  readonly state: ErrorGroupState
  readonly muted_until: number | null
  /** Of its newest sync, where it was asked for. */
  readonly message: string | null
}

interface CountedRow {
  readonly id: number
  readonly error_type: SyncErrorType | null
  readonly syncs: number
  readonly recent_syncs: number
  readonly first_seen_at: number
  readonly last_seen_at: number | null
  readonly decision: 'muted' | 'resolved' | null
  readonly decided_at: number | null
  readonly muted_until: number | null
  readonly came_back_at: number | null
  readonly message: string | null
}

interface Wanted {
  /** This one, whether or not it has a sync in the window; default: all that have. */
  readonly group_id?: number
  readonly with_message?: boolean
}

const DECISION = 'g.decision, g.decided_at, g.muted_until, g.came_back_at'

/** Costs as much as there are groups and days, and for some users as they have errors. */
export async function readCountedGroups(
  connection: SqlConnection,
  window: ErrorGroupWindow,
  wanted: Wanted = {},
): Promise<CountedGroup[]> {
  const { user_ids, now } = window
  if (user_ids?.length === 0) return []
  const { text, values } =
    user_ids === undefined ? ofAll(window, wanted) : ofUsers({ ...window, user_ids }, wanted)
  const rows = await connection.select<CountedRow>(textFor(connection.dialect, text), values)
  return rows.map(({ decision, decided_at, came_back_at, ...row }) => {
    // Without its rows only the first time is known.
    const last_seen_at = row.last_seen_at ?? row.first_seen_at
    // Who may see some users must not learn from a state what others met.
    const seen_since = user_ids === undefined ? came_back_at !== null : last_seen_at > (decided_at ?? 0)
    const state = errorGroupState({ ...row, decision, seen_since }, now)
    return { ...row, last_seen_at, state, muted_until: state === 'muted' ? row.muted_until : null }
  })
}

/** The sums of a window: those of its later half twice, once in each column. */
function ofAll({ since, now }: ErrorGroupWindow, { group_id, with_message }: Wanted): SqlPiece {
  const half = Math.ceil((since + now) / 2)
  const of_group = group_id === undefined ? [] : [piece('error_group_id = ?', group_id)]
  const counted = joined(
    [
      ...partsFrom(since, 'syncs', '0', of_group),
      ...partsFrom(Math.max(half, since), '0', 'syncs', of_group),
    ],
    ' union all ',
  )
  const newest = (column: string): string => `(select m.${column} from canvas_sync_metrics m
    where m.error_group_id = g.id order by m.sync_start_time desc, m.id desc limit 1)`
  const described = `g.id, g.error_type, g.first_seen_at, ${DECISION},
      ${newest('sync_start_time')} as last_seen_at,
      ${with_message === true ? `coalesce(${newest('error_message')}, g.message)` : 'null'} as message`
  if (group_id !== undefined) {
    return piece(
      `select ${described}, coalesce(c.syncs, 0) as syncs, coalesce(c.recent_syncs, 0) as recent_syncs
       from canvas_sync_error_groups g
       cross join (select cast(sum(syncs) as double precision) as syncs,
         cast(sum(recent_syncs) as double precision) as recent_syncs from (${counted.text}) as parts) as c
       where g.id = ?`,
      ...counted.values,
      group_id,
    )
  }
  return piece(
    `select ${described}, c.syncs, c.recent_syncs
    from (select error_group_id, cast(sum(syncs) as double precision) as syncs,
        cast(sum(recent_syncs) as double precision) as recent_syncs
      from (${counted.text}) as parts group by error_group_id having sum(syncs) > 0
      order by 2 desc, 1 desc limit ?) as c
    join canvas_sync_error_groups g on g.id = c.error_group_id`,
    ...counted.values,
    MOST_GROUPS,
  )
}

function partsFrom(since: number, syncs: string, recent: string, of_group: readonly SqlPiece[]): SqlPiece[] {
  return windowParts(since, ['day', 'month']).map(({ tier, from, to }): SqlPiece => {
    const [column, source] =
      tier === 'rows'
        ? ['sync_start_time', 'canvas_sync_metrics where error_group_id is not null']
        : ['bucket_start', `${ERROR_COUNTS} where tier = '${tier}'`]
    const of = (name: string): string => (name === 'syncs' && tier === 'rows' ? '1' : name)
    const range = joined([...of_group, piece(`${column} >= ? and ${column} < ?`, from, to)], ' and ')
    return piece(
      `select error_group_id, ${of(syncs)} as syncs, ${of(recent)} as recent_syncs
       from ${source} and ${range.text}`,
      ...range.values,
    )
  })
}

/** Of some users: from their own rows, of which the index has those with an error. */
function ofUsers(
  { since, now, user_ids }: ErrorGroupWindow & { readonly user_ids: readonly string[] },
  { group_id, with_message }: Wanted,
): SqlPiece {
  const whose = isOneOf('m.user_id', user_ids)
  const half = Math.max(Math.ceil((since + now) / 2), since)
  const of_group = group_id === undefined ? [] : [piece('m.error_group_id = ?', group_id)]
  const of = joined([whose, ...of_group], ' and ')
  const from = (column: string): string =>
    `cast(sum(case when m.sync_start_time >= ? then 1 else 0 end) as double precision) as ${column}`
  const counted = `select m.error_group_id, ${from('syncs')}, ${from('recent_syncs')},
      min(m.sync_start_time) as first_seen_at, max(m.sync_start_time) as last_seen_at
    from canvas_sync_metrics m where ${of.text} and m.error_group_id is not null group by m.error_group_id`
  const message = `coalesce((select m.error_message from canvas_sync_metrics m where m.error_group_id = g.id
    and m.sync_start_time = c.last_seen_at and ${whose.text} order by m.id desc limit 1), '')`
  return piece(
    `select g.id, g.error_type, c.syncs, c.recent_syncs, c.first_seen_at, c.last_seen_at, ${DECISION},
      ${with_message === true ? message : 'null'} as message
    from (${counted}) as c join canvas_sync_error_groups g on g.id = c.error_group_id
    ${group_id === undefined ? 'where c.syncs > 0 ' : ''}order by c.syncs desc, g.id desc limit ?`,
    ...(with_message === true ? whose.values : []),
    boundedTime(since),
    boundedTime(half),
    ...of.values,
    MOST_GROUPS,
  )
}
