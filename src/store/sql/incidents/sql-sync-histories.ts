import type { SyncErrorType } from '../../../core/error-types.ts'
import { tokenExpiry } from '../../../core/token-expiry.ts'
import type { EndedSync, SourceFreshness, SyncHistories, SyncSubject } from '../../sync-histories.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'
import { readSourceFreshness } from './source-freshness.ts'

const COLUMNS = `m.id, m.user_id, m.sync_type, m.sync_status, m.error_type, m.error_group_id, m.source_id,
  m.target_course_id, m.host, m.sync_start_time as started_at,
  coalesce(m.sync_end_time, m.heartbeat_at) as ended_at, m.total_duration_seconds,
  m.courses_processed + m.assignments_processed + m.submissions_processed + m.grades_processed as processed,
  m.incremental_sync, m.api_calls_made, m.api_rate_limit_hits, m.throttle_wait_ms, m.records_lost,
  case when m.sync_metadata like '%token_expires_at%' then m.sync_metadata end as sync_metadata`
const NEWEST = `m.sync_status <> 'in_progress' order by m.sync_start_time desc, m.id desc limit`

interface Row extends Omit<EndedSync, 'duration_ms' | 'incremental' | 'token_expires_at'> {
  readonly total_duration_seconds: number | null
  readonly incremental_sync: number
  readonly sync_metadata: string | null
}

/** {@link SyncHistories} in the SQL that both engines understand. */
export class SqlSyncHistories implements SyncHistories {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  ofSubjects(subjects: readonly SyncSubject[], limit: number): Promise<EndedSync[][]> {
    return this.#database.read((connection) =>
      connection.dialect === 'sqlite'
        ? oneByOne(connection, subjects, limit)
        : allAtOnce(connection, subjects, limit),
    )
  }

  ended(since: number, limit: number): Promise<EndedSync[]> {
    return this.#newest('m.sync_start_time >= ?', [[since]], limit)
  }

  withErrors(error_types: readonly SyncErrorType[], since: number, limit: number): Promise<EndedSync[]> {
    const values = error_types.map((type) => [type, since])
    return this.#newest('m.error_type = ? and m.sync_start_time >= ?', values, limit)
  }

  ofErrorGroups(group_ids: readonly number[], since: number, limit: number): Promise<EndedSync[]> {
    const values = group_ids.map((id) => [id, since])
    return this.#newest('m.error_group_id = ? and m.sync_start_time >= ?', values, limit)
  }

  changedBehind(place: number, limit: number): Promise<number[]> {
    return this.#database.read(async ({ query }) => {
      const rows = await query
        .selectFrom('canvas_sync_changes')
        .select(['sync_id', 'kind'])
        .where('id', '>', place)
        .orderBy('id')
        .limit(limit)
        .execute()
      const ended = rows.filter(({ kind }) => kind === 'sync_started' || kind === 'sync_status')
      return [...new Set(ended.map(({ sync_id }) => sync_id).filter((id) => id !== null))]
    })
  }

  listFreshness(after_source_id: number, complete_since: number, limit: number): Promise<SourceFreshness[]> {
    return this.#database.read((connection) =>
      readSourceFreshness(connection, after_source_id, complete_since, limit),
    )
  }

  #newest(where: string, values: readonly (readonly unknown[])[], limit: number): Promise<EndedSync[]> {
    return this.#database.read(async (connection) => {
      const text = textFor(
        connection.dialect,
        `select ${COLUMNS} from canvas_sync_metrics m where ${where} and ${NEWEST} ?`,
      )
      const syncs: EndedSync[] = []
      for (const each of values) {
        syncs.push(...(await connection.select<Row>(text, [...each, limit])).map(endedSync))
      }
      return syncs
    })
  }
}

/** SQLite enters its index once for each, which costs no more than all at once. */
async function oneByOne(
  { select }: SqlConnection,
  subjects: readonly SyncSubject[],
  limit: number,
): Promise<EndedSync[][]> {
  const text = `select ${COLUMNS} from canvas_sync_metrics m indexed by canvas_sync_metrics_subject
    where m.user_id is ? and m.sync_type = ? and ${NEWEST} ?`
  const histories: EndedSync[][] = []
  for (const { user_id, sync_type } of subjects) {
    histories.push((await select<Row>(text, [user_id, sync_type, limit])).map(endedSync))
  }
  return histories
}

async function allAtOnce(
  { select }: SqlConnection,
  subjects: readonly SyncSubject[],
  limit: number,
): Promise<EndedSync[][]> {
  const histories = subjects.map((): EndedSync[] => [])
  const read = async (numbers: readonly number[], same_user: string): Promise<void> => {
    if (numbers.length === 0) return
    const text = `select given.number, found.* from
        unnest($1::bigint[], $2::text[], $3::text[]) as given (number, user_id, sync_type)
      cross join lateral (select ${COLUMNS} from canvas_sync_metrics m
        where ${same_user} and m.sync_type = given.sync_type collate "C" and ${NEWEST} $4) as found`
    const of = numbers.map((number) => subjects[number] as SyncSubject)
    const users = of.map(({ user_id }) => user_id ?? '')
    const types = of.map(({ sync_type }) => sync_type)
    for (const { number, ...row } of await select<Row & { number: number }>(text, [
      [...numbers],
      users,
      types,
      limit,
    ])) {
      histories[number]?.push(endedSync(row))
    }
  }
  const numbers = [...subjects.keys()]
  await read(
    numbers.filter((number) => subjects[number]?.user_id !== null),
    'm.user_id = given.user_id collate "C"',
  )
  // An index is not entered by `is not distinct from`.
  await read(
    numbers.filter((number) => subjects[number]?.user_id === null),
    'm.user_id is null',
  )
  for (const history of histories) history.sort((a, b) => b.started_at - a.started_at || b.id - a.id)
  return histories
}

function endedSync({ total_duration_seconds, incremental_sync, sync_metadata, ...row }: Row): EndedSync {
  return {
    ...row,
    duration_ms: total_duration_seconds === null ? null : total_duration_seconds * 1000,
    incremental: incremental_sync === 1,
    token_expires_at: sync_metadata === null ? null : expiryIn(sync_metadata),
  }
}

function expiryIn(sync_metadata: string): number | null {
  try {
    return tokenExpiry((JSON.parse(sync_metadata) as { token_expires_at?: unknown }).token_expires_at)
  } catch {
    return null
  }
}
