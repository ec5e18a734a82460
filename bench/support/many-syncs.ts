import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { openStore } from '../../src/store/open-store.ts'

export interface ManySyncs {
  readonly syncs: number
  readonly users: number
  readonly days: number
  /** When the newest of them started, epoch milliseconds. */
  readonly until: number
}

/** How many of the newest syncs are still running, and how many have courses and changes of status. */
const RUNNING = 200
const DETAILED = 100_000
const COURSES_EACH = 10

const METRICS = 'canvas_sync_metrics'

/** A whole number from 0 below `limit` that depends on the row's number and nothing else. */
const scattered = (salt: number, limit: number): string =>
  `(((i * 2654435761 + ${salt} * 40503) % 4294967291) * 48271 % 2147483647 % ${limit})`

const ERRORS = [
  ['timeout', 'Canvas did not answer GET /api/v1/courses/{course}/assignments within 60 s.'],
  ['token_expired', 'Canvas refused the token: it has expired.'],
  ['server_error', 'Canvas answered 502 to GET /api/v1/courses/{course}/students/submissions.'],
  ['throttled', 'Canvas throttled the token for 12{n} s.'],
] as const

/** The columns of a sync as expressions over its number `i`, oldest first; both engines understand them. */
function columns({ syncs, users, days, until }: ManySyncs): Record<string, string> {
  const step_ms = (days * 86_400_000) / syncs
  const start = `(${until} - cast((${syncs} - i) * ${step_ms} as bigint))`
  const running = `i > ${syncs - RUNNING}`
  const kind = scattered(1, 1000)
  const final = `case when ${kind} < 930 then 'completed' when ${kind} < 960 then 'partial'
    when ${kind} < 990 then 'failed' when ${kind} < 995 then 'cancelled' when ${kind} < 999 then 'lost' else 'timed_out' end`
  const troubled = `not (${running}) and ${kind} >= 930 and ${kind} < 990`
  const pick = (index: 0 | 1): string =>
    `case ${scattered(2, ERRORS.length)} ${ERRORS.map((error, at) => `when ${at} then '${error[index]}'`).join(' ')} end`
  const message = `replace(replace(${pick(1)}, '{course}', '' || ${scattered(3, 5000)}), '{n}', '' || ${scattered(4, 90)})`
  const duration_ms = `(5000 + ${scattered(5, 1000)} * ${scattered(6, 1000)} * ${scattered(7, 600)} / 1000)`
  return {
    id: 'i',
    sync_task_id: `'task-' || i`,
    user_id: `'' || (1 + ${scattered(8, users)})`,
    sync_start_time: start,
    sync_end_time: `case when ${running} then null else ${start} + ${duration_ms} end`,
    total_duration_seconds: `case when ${running} then null else ${duration_ms} / 1000.0 end`,
    sync_status: `case when ${running} then 'in_progress' else ${final} end`,
    error_type: `case when ${troubled} then ${pick(0)} end`,
    error_message: `case when ${troubled} then ${message} end`,
    error_group_id: `case when ${troubled} then 1 + ${scattered(2, ERRORS.length)} end`,
    sync_type: `case ${scattered(9, 4)} when 0 then 'courses' when 1 then 'grades' else 'all' end`,
    target_course_id: `case when ${scattered(10, 50)} = 0 then '' || ${scattered(11, 5000)} end`,
    courses_processed: scattered(12, 30),
    assignments_processed: scattered(13, 400),
    submissions_processed: scattered(14, 9000),
    api_calls_made: scattered(15, 1500),
    api_calls_failed: scattered(16, 3),
    total_api_duration_ms: `${scattered(17, 9000)} + 0.5`,
    db_operations: scattered(18, 60),
    db_duration_ms: `${scattered(19, 900)} + 0.25`,
    total_data_size_bytes: scattered(20, 900_000),
    throttle_wait_ms: `${scattered(23, 20)} / 18 * 1500.5`,
    api_request_cost: `${scattered(24, 90_000)} / 100.0`,
    '"trigger"': `case ${scattered(21, 3)} when 0 then 'manual' else 'schedule' end`,
    host: `'worker-' || ${scattered(22, 8)}`,
    heartbeat_at: start,
  }
}

const insert = (table: string, values: Readonly<Record<string, string>>, from: string): string =>
  `insert into ${table} (${Object.keys(values).join(', ')}) select ${Object.values(values).join(', ')} from ${from}`

const ROWS_A_STATEMENT = 250_000

/** Every statement that fills an empty database, in order. */
export function* fillStatements(
  given: ManySyncs,
  numbers: (from: number, to: number) => string,
): Generator<string> {
  for (const [at, [error_type, message]] of ERRORS.entries()) {
    yield `insert into canvas_sync_error_groups
      (id, fingerprint, error_type, message, first_seen_at)
      values (${at + 1}, '${at}', '${error_type}', '${message}', ${given.until - given.days * 86_400_000})`
  }
  for (let from = 1; from <= given.syncs; from += ROWS_A_STATEMENT) {
    yield insert(METRICS, columns(given), numbers(from, Math.min(given.syncs, from + ROWS_A_STATEMENT - 1)))
  }
  const detailed = `from ${METRICS} where id > ${given.syncs - DETAILED}`
  yield `insert into canvas_sync_status_changes (sync_id, old_status, new_status, changed_at)
    select id, null, 'in_progress', sync_start_time ${detailed}`
  yield `insert into canvas_sync_status_changes (sync_id, old_status, new_status, changed_at)
    select id, 'in_progress', sync_status, sync_end_time ${detailed} and sync_end_time is not null`
  for (let course = 0; course < COURSES_EACH; course++) {
    yield `insert into canvas_sync_courses (sync_id, course_id, outcome, started_at, finished_at, duration_ms, api_calls)
      select id, '' || ((id * 7 + ${course} * 501) % 5000), case when (id + ${course}) % 40 = 0 then 'failed' else 'completed' end,
        sync_start_time, sync_start_time + 4000, 4000.5, 3 ${detailed}`
  }
}

const sqliteNumbers = (from: number, to: number): string =>
  `(with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to}) select i from n)`

interface SchemaObject {
  readonly type: string
  readonly name: string
  readonly sql: string
}

/**
 * Fills a new SQLite file with syncs as they would lie there after `days`, without their work of keeping figures: indexes
 * and triggers are put back afterwards, and the figures made anew.
 */
export async function fillSqlite(
  path: string,
  given: ManySyncs,
  progress: (message: string) => void,
): Promise<void> {
  await (await openStore(`sqlite:${path}`)).close()
  const database = new DatabaseSync(path)
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -1000000')
    const tables = `('${METRICS}', 'canvas_sync_courses', 'canvas_sync_status_changes')`
    const put_back = database
      .prepare(
        `select type, name, sql from sqlite_schema where tbl_name in ${tables}
        and type in ('index', 'trigger') and sql is not null order by type`,
      )
      .all() as unknown as SchemaObject[]
    for (const { type, name } of put_back) database.exec(`drop ${type} ${name}`)
    let at = 0
    for (const statement of fillStatements(given, sqliteNumbers)) {
      database.exec(statement)
      if (++at % 8 === 0) progress(`${Math.min(given.syncs, at * ROWS_A_STATEMENT)} syncs written`)
    }
    for (const { name, sql } of put_back) {
      database.exec(sql)
      progress(`${name} made`)
    }
    database.exec(countingStatements('sqlite'))
    progress('syncs counted')
  } finally {
    database.close()
  }
  await makeFigures(`sqlite:${path}`, progress)
}

const postgresNumbers = (from: number, to: number): string =>
  `(select i from generate_series(${from}::bigint, ${to}::bigint) as g(i)) as n`

/** The same on PostgreSQL; `url` names an empty database and its superuser. */
export async function fillPostgres(
  url: string,
  given: ManySyncs,
  progress: (message: string) => void,
): Promise<void> {
  await (await openStore(url)).close()
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    // Triggers and foreign keys are not asked in a replica.
    await client.query('set session_replication_role = replica')
    await client.query("set maintenance_work_mem = '1GB'")
    const { rows } = await client.query<{ indexname: string; indexdef: string }>(`
      select indexname, indexdef from pg_indexes
      where tablename in ('${METRICS}', 'canvas_sync_courses', 'canvas_sync_status_changes')
        and indexname not in (select conname from pg_constraint)`)
    for (const { indexname } of rows) await client.query(`drop index ${indexname}`)
    let at = 0
    for (const statement of fillStatements(given, postgresNumbers)) {
      await client.query(statement)
      if (++at % 8 === 0) progress(`${Math.min(given.syncs, at * ROWS_A_STATEMENT)} syncs written`)
    }
    for (const { indexname, indexdef } of rows) {
      await client.query(indexdef)
      progress(`${indexname} made`)
    }
    await client.query(countingStatements('postgres'))
    await client.query(`select setval(pg_get_serial_sequence('${METRICS}', 'id'), ${given.syncs})`)
    await client.query(
      `select setval(pg_get_serial_sequence('canvas_sync_error_groups', 'id'), ${ERRORS.length})`,
    )
  } finally {
    await client.end()
  }
  await makeFigures(url, progress)
  // As autovacuum will have done.
  const after = new Client({ connectionString: url })
  await after.connect()
  try {
    await after.query('vacuum analyze')
  } finally {
    await after.end()
  }
}

/** As an upgrade counts the rows that are there. */
function countingStatements(engine: 'sqlite' | 'postgres'): string {
  const file = new URL(`../../migrations/${engine}/0018-counters.sql`, import.meta.url)
  const [, behind = ''] = readFileSync(file, 'utf8').split('-- The rows that are here already, once.')
  return `--${behind.split('-- What else is counted')[0] ?? ''}`
}

async function makeFigures(database: string, progress: (message: string) => void): Promise<void> {
  await using store = await openStore(database)
  for (let place = await store.figures.rebuild(null); place !== null;) {
    place = await store.figures.rebuild(place)
  }
  progress('figures made')
}
