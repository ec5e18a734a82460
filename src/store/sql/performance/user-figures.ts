import { boundedTime, bucketStart } from '../../../core/time-buckets.ts'
import type { UserFigures, UserFiguresList } from '../../performance-figures.ts'
import type { FiguresWindow } from '../../sync-figures.ts'
import { USER_TOTALS, USERS } from '../figures/figure-columns.ts'
import type { SqlConnection } from '../sql-database.ts'
import { isOneOf, piece, textFor } from '../sql-piece.ts'

/** Of the users who synced last, so many are looked at. */
const MOST_USERS = 1000

export async function readUsers(
  { dialect, select }: SqlConnection,
  { since, user_ids }: FiguresWindow,
  limit: number,
): Promise<UserFiguresList> {
  if (user_ids?.length === 0) return { users: [], looked_at: 0, sampled: false }
  const whose = user_ids === undefined ? piece('true') : isOneOf('user_id', user_ids)
  const day = bucketStart('day', boundedTime(since))
  const newest = piece(
    `select user_id from ${USERS} where ${whose.text} and last_sync_start_time >= ?
     order by last_sync_start_time desc limit ?`,
    ...whose.values,
    day,
    MOST_USERS,
  )
  const [counted] = await select<{ users: number }>(
    textFor(dialect, `select count(*) as users from (${newest.text}) as newest`),
    newest.values,
  )
  const looked_at = counted?.users ?? 0
  const text = `select t.user_id, cast(sum(t.syncs) as double precision) as syncs,
      cast(sum(t.duration_us) as double precision) / sum(t.syncs) / 1000000 as mean_seconds,
      cast(max(t.duration_max_us) as double precision) / 1000000 as max_seconds,
      cast(sum(t.api_calls) as double precision) as api_calls
    from (${newest.text}) as u cross join ${USER_TOTALS} t
    where t.user_id = u.user_id and t.tier = 'day' and t.sync_status = 'completed' and t.bucket_start >= ?
    group by t.user_id having sum(t.syncs) > 0 order by 3 desc, t.user_id limit ?`
  const users = await select<UserFigures>(textFor(dialect, text), [...newest.values, day, limit])
  return {
    users: users.map((user) => ({ ...user, max_seconds: user.max_seconds ?? 0 })),
    looked_at,
    sampled: looked_at === MOST_USERS,
  }
}
