import { percentilesOf } from '../../../core/duration-bins.ts'
import { boundedTime } from '../../../core/time-buckets.ts'
import type { TypeFigures, TypeFiguresList } from '../../performance-figures.ts'
import type { FiguresPeriod } from '../../sync-figures.ts'
import type { SqlConnection, SqlDialect } from '../sql-database.ts'
import { behindLead } from '../lists/sync-list-spans.ts'
import { joined, piece, textFor } from '../sql-piece.ts'

/** Types are the caller's own: nothing keeps one from giving each sync a type of its own. */
const MOST_TYPES = 30
/** Of each type so many syncs, the newest, are looked at. */
const MOST_OF_TYPE = 1000
/** Of some users their newest so many syncs are looked at, whatever their types. */
const MOST_OF_USERS = 5000

interface TimedSync {
  readonly sync_type: string
  readonly sync_status: string
  readonly sync_start_time: number
  readonly seconds: number | null
  readonly api_ms: number | null
  readonly api_calls: number
  readonly db_ms: number | null
}

const TIMED = `sync_type, sync_status, sync_start_time, total_duration_seconds as seconds,
  total_api_duration_ms as api_ms, api_calls_made as api_calls, db_duration_ms as db_ms`
const TYPES = 'canvas_sync_metrics_type_durations'
/** As the index of types has it. */
const COMPLETED = `sync_status = 'completed' and total_duration_seconds is not null`

export async function readTypes(
  connection: SqlConnection,
  { since, until, user_ids }: FiguresPeriod,
): Promise<TypeFiguresList> {
  const range = { from: boundedTime(since), to: boundedTime(until ?? Number.MAX_SAFE_INTEGER) }
  const { syncs, sampled } =
    user_ids === undefined ? await syncsOfAll(connection, range) : await syncsOf(connection, range, user_ids)
  const types = [...Map.groupBy(syncs, ({ sync_type }) => sync_type)].map(figuresOf)
  types.sort((a, b) => b.p50_seconds - a.p50_seconds || (a.sync_type < b.sync_type ? -1 : 1))
  return { types: types.slice(0, MOST_TYPES), sampled: sampled || types.length > MOST_TYPES }
}

interface TimeRange {
  readonly from: number
  readonly to: number
}

interface NewestOf {
  readonly column: string
  readonly value: string
  readonly index: string
  /** Of an index that has not all syncs, which ones. */
  readonly condition: string | null
}

const ofType = (value: string): NewestOf => ({
  column: 'sync_type',
  value,
  index: TYPES,
  condition: COMPLETED,
})
/** Whatever became of them: who has a million that failed would else be read through. */
const ofUser = (value: string): NewestOf => ({
  column: 'user_id',
  value,
  index: 'canvas_sync_metrics_user_list',
  condition: null,
})
const isTimed = ({ sync_status, seconds }: TimedSync): boolean =>
  sync_status === 'completed' && seconds !== null

interface Looked {
  readonly syncs: readonly TimedSync[]
  readonly sampled: boolean
}

async function syncsOfAll(connection: SqlConnection, range: TimeRange): Promise<Looked> {
  const syncs: TimedSync[] = []
  let sampled = false
  // Steps from type to type: to read them all would be to read the whole index.
  let type = await typeAfter(connection, null)
  for (let types = 0; type !== null; types++) {
    if (types === MOST_TYPES) return { syncs, sampled: true }
    const of_type = await newest(connection, ofType(type), range, MOST_OF_TYPE)
    sampled ||= of_type.length === MOST_OF_TYPE
    syncs.push(...of_type)
    type = await typeAfter(connection, type)
  }
  return { syncs, sampled }
}

const along = (dialect: SqlDialect, index: string): string =>
  dialect === 'sqlite' ? `canvas_sync_metrics indexed by ${index}` : 'canvas_sync_metrics'

async function typeAfter({ dialect, select }: SqlConnection, type: string | null): Promise<string | null> {
  const after = `sync_type ${type === null ? '>=' : '>'} ?`
  const text = `select sync_type from ${along(dialect, TYPES)} where ${after} and ${COMPLETED} order by sync_type limit 1`
  const rows = await select<{ sync_type: string }>(textFor(dialect, text), [type ?? ''])
  return rows[0]?.sync_type ?? null
}

async function syncsOf(
  connection: SqlConnection,
  range: TimeRange,
  user_ids: readonly string[],
): Promise<Looked> {
  const syncs: TimedSync[] = []
  const most = Math.ceil(MOST_OF_USERS / Math.max(1, user_ids.length))
  let sampled = false
  for (const user_id of user_ids) {
    const of_user = await newest(connection, ofUser(user_id), range, most)
    sampled ||= of_user.length === most
    syncs.push(...of_user.filter(isTimed))
  }
  return { syncs, sampled }
}

/** The newest syncs that have one value in a column, the first of an index of which start times are the second. */
async function newest(
  { dialect, select }: SqlConnection,
  { column, value, index, condition }: NewestOf,
  { from, to }: TimeRange,
  most: number,
): Promise<TimedSync[]> {
  // PostgreSQL would go along the index of all start times; SQLite takes another one, and sorts all that it finds.
  const lead = dialect === 'postgres' ? { column, value: piece('?', value) } : null
  const since = behindLead(lead, ['sync_start_time'], '>=', [from])
  const until = behindLead(lead, ['sync_start_time'], '<', [to])
  const window = lead === null ? [piece(`${column} = ?`, value), since, until] : [since, until]
  const where = joined([...window, ...(condition === null ? [] : [piece(condition)])], ' and ')
  const order = lead === null ? '' : `${column} desc, `
  const text = `select ${TIMED} from ${along(dialect, index)}
    where ${where.text} order by ${order}sync_start_time desc limit ?`
  return await select<TimedSync>(textFor(dialect, text), [...where.values, most])
}

function figuresOf([sync_type, syncs]: readonly [string, readonly TimedSync[]]): TypeFigures {
  const [p50 = 0, p95 = 0, p99 = 0] = percentilesOf(
    syncs.map(({ seconds }) => seconds ?? 0),
    [0.5, 0.95, 0.99],
  ).map((seconds) => seconds ?? 0)
  const sum = (of: (sync: TimedSync) => number | null): number =>
    syncs.reduce((total, sync) => total + (of(sync) ?? 0), 0)
  return {
    sync_type,
    syncs: syncs.length,
    oldest_start: Math.min(...syncs.map(({ sync_start_time }) => sync_start_time)),
    p50_seconds: p50,
    p95_seconds: p95,
    p99_seconds: p99,
    api_calls: sum(({ api_calls }) => api_calls),
    api_duration_ms: sum(({ api_ms }) => api_ms),
    db_duration_ms: sum(({ db_ms }) => db_ms),
  }
}
