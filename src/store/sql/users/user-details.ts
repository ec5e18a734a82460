import type { SyncStatus } from '../../../core/sync-status.ts'
import type { StalestList, SyncBeat, SyncUser } from '../../sync-users.ts'
import { FINAL_STATUSES, USER_TOTALS } from '../figures/figure-columns.ts'
import { selectForEach } from '../select-for-each.ts'
import type { SqlConnection } from '../sql-database.ts'
import { isOneOf, textFor } from '../sql-piece.ts'

const BEAT = 'id as sync_id, sync_status, sync_type, sync_start_time, total_duration_seconds, error_type'
const EVER = Number.MAX_SAFE_INTEGER

/** The newest runs of each user, newest first. */
export async function readBeats(
  connection: SqlConnection,
  user_ids: readonly string[],
  limit: number,
): Promise<ReadonlyMap<string | number, readonly SyncBeat[]>> {
  return await selectForEach<SyncBeat>(
    connection,
    {
      key_type: 'text',
      sqlite: `select ${BEAT} from canvas_sync_metrics indexed by canvas_sync_metrics_user_list
        where user_id = ? order by sync_start_time desc, id desc limit ?`,
      // Compared by its first column, too, or it would walk along all start times.
      postgres: `select ${BEAT} from canvas_sync_metrics m
        where m.user_id is not null and (m.user_id, m.sync_start_time) >= (keys.key, -${EVER})
          and (m.user_id, m.sync_start_time) < (keys.key, ${EVER})
        order by m.user_id desc, m.sync_start_time desc, m.id desc limit $2`,
    },
    user_ids,
    [limit],
  )
}

export type UserFigures = Pick<SyncUser, 'finished' | 'completed' | 'failed'>

export const NO_FIGURES: UserFigures = { finished: 0, completed: 0, failed: 0 }

const FAILED: ReadonlySet<SyncStatus> = new Set(['failed', 'lost', 'timed_out'])

/** What has ended since a day (UTC), by user; who has nothing is left out. */
export async function readFigures(
  { dialect, select }: SqlConnection,
  user_ids: readonly string[],
  since: number,
): Promise<ReadonlyMap<string, UserFigures>> {
  const whose = isOneOf('user_id', user_ids)
  const ended = isOneOf('sync_status', FINAL_STATUSES)
  const text = `select user_id, sync_status, cast(sum(syncs) as double precision) as syncs from ${USER_TOTALS}
    where ${whose.text} and tier = 'day' and ${ended.text} and bucket_start >= ? group by user_id, sync_status`
  const rows = await select<{ user_id: string; sync_status: SyncStatus; syncs: number }>(
    textFor(dialect, text),
    [...whose.values, ...ended.values, since],
  )
  const figures = new Map<string, UserFigures>()
  for (const { user_id, sync_status, syncs } of rows) {
    const { finished, completed, failed } = figures.get(user_id) ?? NO_FIGURES
    figures.set(user_id, {
      finished: finished + syncs,
      completed: completed + (sync_status === 'completed' ? syncs : 0),
      failed: failed + (FAILED.has(sync_status) ? syncs : 0),
    })
  }
  return figures
}

/** Syncs of one user read one or two sources; of one that reads more, so many are looked at. */
const MOST_SOURCES = 1000

interface OpenListing {
  readonly source_id: number
  readonly complete_at: number
  readonly entity: string
  readonly listed_by: string
}

/** The stalest list of each user of which more is expected; who has none is left out. */
export async function readStalest(
  connection: SqlConnection,
  user_ids: readonly string[],
): Promise<ReadonlyMap<string, StalestList>> {
  const whose = isOneOf('user_id', user_ids)
  const pairs = await connection.select<{ user_id: string; source_id: number }>(
    textFor(
      connection.dialect,
      `select user_id, source_id from canvas_sync_source_users where ${whose.text} limit ${MOST_SOURCES}`,
    ),
    whose.values,
  )
  const listing = (
    source: string,
    indexed: string,
  ): string => `select source_id, complete_at, entity, listed_by
    from canvas_sync_listings l${indexed} where l.source_id = ${source} and l.final = 0
    order by l.complete_at, l.entity, l.listed_by limit 1`
  const by_source = await selectForEach<OpenListing>(
    connection,
    {
      key_type: 'bigint',
      sqlite: listing('?', ' indexed by canvas_sync_listings_source_open'),
      postgres: listing('keys.key', ''),
    },
    pairs.map(({ source_id }) => source_id),
    [],
  )
  const stalest = new Map<string, StalestList>()
  for (const { user_id, source_id } of pairs) {
    const [found] = by_source.get(source_id) ?? []
    const known = stalest.get(user_id)
    if (found === undefined || (known !== undefined && (known.last_complete_at ?? 0) <= found.complete_at))
      continue
    const { complete_at, entity, listed_by } = found
    stalest.set(user_id, {
      source_id,
      entity,
      listed_by,
      last_complete_at: complete_at === 0 ? null : complete_at,
    })
  }
  return stalest
}
