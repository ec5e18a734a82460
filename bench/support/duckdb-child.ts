import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'

/** Which of DuckDB's work: one aggregate over three columns, or about what our report has. */
export type DuckDbWork = 'simple' | 'comparable'

export interface DuckDbAnswer {
  readonly version: string
  /** One row for each method and status. */
  readonly rows: readonly DuckDbRow[]
  /** Null for the simple work. */
  readonly distinct: { readonly users: number; readonly courses: number; readonly tasks: number } | null
  readonly peak_mebibytes: number
}

export interface DuckDbRow {
  readonly method: string
  readonly status: number | null
  readonly count: number
  readonly mean_ms: number
  readonly min_ms: number
  readonly max_ms: number
}

/** With its columns given, `read_json` parses what it needs and nothing else. */
const SIMPLE = { method: 'VARCHAR', status: 'INTEGER', duration_ms: 'DOUBLE' }
const COMPARABLE = {
  timestamp: 'TIMESTAMP',
  level: 'VARCHAR',
  event: 'VARCHAR',
  task_id: 'VARCHAR',
  user_id: 'VARCHAR',
  ...SIMPLE,
  endpoint: 'VARCHAR',
  items: 'BIGINT',
  page: 'INTEGER',
  attempt: 'INTEGER',
  request_cost: 'DOUBLE',
  rate_limit_remaining: 'DOUBLE',
  bytes: 'BIGINT',
  error_type: 'VARCHAR',
  course_id: 'VARCHAR',
}
const SUMMARY =
  'count(*)::DOUBLE AS count, avg(duration_ms) AS mean_ms, min(duration_ms) AS min_ms, ' +
  'max(duration_ms) AS max_ms, approx_quantile(duration_ms, 0.95) AS p95_ms'
const GROUPS = [
  "regexp_replace(endpoint, '/[0-9]+', '/:id', 'g')",
  'user_id',
  'course_id',
  'task_id',
  'hour(timestamp)',
  'timestamp::DATE',
  'level',
  'error_type',
]
const TOTALS =
  'SELECT approx_quantile(duration_ms, [0.5, 0.95, 0.99]), sum(items), sum(bytes), sum(request_cost), ' +
  'min(rate_limit_remaining), count(*) FILTER (page >= 2), count(*) FILTER (attempt > 1), ' +
  'min(timestamp), max(timestamp) FROM calls'

function source(path: string, columns: Readonly<Record<string, string>>): string {
  const types = Object.entries(columns).map(([name, type]) => `${name}: '${type}'`)
  return `read_json('${path.replaceAll("'", "''")}', format = 'newline_delimited', columns = {${types.join(', ')}})`
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJson()
}

async function run(path: string, work: DuckDbWork): Promise<DuckDbAnswer> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  let from = source(path, SIMPLE)
  let distinct: DuckDbAnswer['distinct'] = null
  if (work === 'comparable') {
    await connection.run(`CREATE TEMP TABLE calls AS SELECT * FROM ${source(path, COMPARABLE)}`)
    from = 'calls'
    await rowsOf(connection, TOTALS)
    for (const group of GROUPS) {
      await rowsOf(
        connection,
        `SELECT ${group}, ${SUMMARY} FROM calls GROUP BY 1 ORDER BY count DESC LIMIT 100`,
      )
    }
    const counts = ['user_id', 'course_id', 'task_id'].map(
      (name) => `count(DISTINCT ${name})::DOUBLE AS ${name}`,
    )
    const [row] = await rowsOf(connection, `SELECT ${counts.join(', ')} FROM calls`)
    distinct = {
      users: Number(row?.['user_id']),
      courses: Number(row?.['course_id']),
      tasks: Number(row?.['task_id']),
    }
  }
  const rows = await rowsOf(
    connection,
    `SELECT method, status, ${SUMMARY} FROM ${from} GROUP BY method, status`,
  )
  const [version] = await rowsOf(connection, 'SELECT version() AS version')
  return {
    version: String(version?.['version']),
    rows: rows as unknown as readonly DuckDbRow[],
    distinct,
    peak_mebibytes: process.resourceUsage().maxRSS / 1024,
  }
}

const [path = '', work = 'simple'] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await run(path, work as DuckDbWork)))
