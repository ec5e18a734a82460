import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { FleetReader } from '../src/fleet-logs/reading/fleet-reader.ts'
import { DAY_MS, dayOf } from '../src/fleet-logs/tables/log-days.ts'
import { makePartitions } from '../src/fleet-logs/tables/partitions.ts'
import type { LogQuery } from '../src/search/log-query.ts'
import { migrate } from '../src/store/postgres/migrate.ts'
import { figure, quantile, type Benchmark, type Figure } from './benchmark.ts'
import { startOperatedPostgres } from './support/operated-postgres.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const PROGRAM = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const RARE_WORD = 'quirky-zebra-0451'
const DAYS = 10
const LINES_A_WRITE = 1000

/** Lines of calls to Canvas as the writer writes them, about 460 bytes each, over one day. */
function writeLines(path: string, lines: number, day_ms: number): void {
  const file = openSync(path, 'w')
  let text = ''
  for (let seq = 1; seq <= lines; seq++) {
    const timestamp = new Date(day_ms + Math.floor((seq / lines) * (DAY_MS - 1000))).toISOString()
    const course_id = String(1000 + (seq % 400))
    const line = {
      timestamp,
      level: seq % 50 === 0 ? 'WARNING' : 'INFO',
      event: 'api_call',
      task_id: `9d1f6c1e-6d0c-4e1e-9f63-${String(Math.floor(seq / 500)).padStart(12, '0')}`,
      user_id: 1 + (seq % 100),
      writer: 'b3dG8kQx1zAw',
      seq,
      method: 'GET',
      endpoint: `/api/v1/courses/${course_id}/assignments/${seq % 7919}/submissions`,
      status: seq % 50 === 0 ? 403 : 200,
      duration_ms: 40 + (seq % 900),
      items: seq % 101,
      page: 1 + (seq % 9),
      attempt: 1,
      request_cost: 0.25,
      rate_limit_remaining: 600 - (seq % 100),
      bytes: 1000 + seq,
      course_id,
      message: seq === Math.floor(lines / 3) ? `Read a ${RARE_WORD}.` : `Read ${seq % 101} submissions.`,
    }
    text += `${JSON.stringify(line)}\n`
    if (seq % LINES_A_WRITE === 0 || seq === lines) {
      writeSync(file, text)
      text = ''
    }
  }
  closeSync(file)
}

/** Ships the folder in a process of its own; how long that took, and the most memory that it had. */
async function ship(
  database: string,
  directory: string,
): Promise<{ readonly wall_ms: number; readonly peak_mib: number }> {
  const started_ms = performance.now()
  const child = spawn(process.execPath, [PROGRAM, 'logs', 'ship', '--once', '--quiet'], {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: database,
      CANVAS_SYNC_LOG_DIR: directory,
      SHIPPED_LOG_DAYS: '60',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  let peak_kib = 0
  const look = setInterval(() => {
    try {
      const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
      peak_kib = Math.max(peak_kib, Number(kib ?? 0))
    } catch {
      // It has ended.
    }
  }, 50)
  const [code] = (await once(child, 'close')) as [number | null]
  clearInterval(look)
  if (code !== 0) throw new Error(`logs ship ended with exit code ${code}.`)
  return { wall_ms: performance.now() - started_ms, peak_mib: peak_kib / 1024 }
}

/** The same lines for each of the days before, as other machines would have written them. */
async function fillOtherDays(client: Client, day_ms: number): Promise<void> {
  for (let back = 1; back < DAYS; back++) {
    await makePartitions(client, [day_ms - back * DAY_MS])
    await client.query(
      `insert into canvas_sync_log_lines
       select logged_at - $1, 'w' || $2 || writer, seq, 'worker-' || $2, stream, level, event, task_id, user_id, batch,
         replace(line, $3, 'common') from canvas_sync_log_lines where logged_at >= $4 and logged_at < $5`,
      [back * DAY_MS, String(back), RARE_WORD, day_ms, day_ms + DAY_MS],
    )
  }
  await client.query('vacuum analyze canvas_sync_log_lines')
}

async function searched(
  fleet: FleetReader,
  query: LogQuery,
): Promise<{ readonly wall_ms: number; readonly hits: number }> {
  const started_ms = performance.now()
  let hits = 0
  for await (const { kind } of fleet.search(query, {})) if (kind === 'hit') hits++
  return { wall_ms: performance.now() - started_ms, hits }
}

export const benchmark: Benchmark = {
  name: 'log-shipping',
  async run({ quick, progress }): Promise<Figure[]> {
    const lines = quick ? 20_000 : 1_000_000
    const day_ms = dayOf(Date.now()) - DAY_MS
    await using server = await startOperatedPostgres()
    const database = await server.createDatabase()
    const client = new Client({ connectionString: database })
    client.on('error', () => {})
    await client.connect()
    await migrate(client)
    using folder = temporaryDirectory()
    const directory = join(folder.path, 'logs')
    mkdirSync(directory)
    progress(`writing ${lines} lines`)
    writeLines(join(directory, 'api_calls.log'), lines, day_ms)
    progress('shipping them')
    const { wall_ms, peak_mib } = await ship(database, directory)
    const again = await ship(database, directory)
    progress(`filling ${DAYS} days`)
    await fillOtherDays(client, day_ms)
    const { rows } = await client.query<{ lines: string }>(
      'select count(*) as lines from canvas_sync_log_lines',
    )
    const all = Number(rows[0]?.lines)
    if (all !== lines * DAYS) throw new Error(`${all} lines are there.`)
    await client.end()
    await using fleet = new FleetReader(database)
    const of_day = { since_ms: day_ms, until_ms: day_ms + DAY_MS }
    const measure = async (query: LogQuery, hits: number): Promise<number> => {
      const times: number[] = []
      for (let run = 0; run < 5; run++) {
        const found = await searched(fleet, query)
        if (found.hits !== hits) throw new Error(`${found.hits} hits instead of ${hits}.`)
        times.push(found.wall_ms)
      }
      return quantile(
        times.toSorted((a, b) => a - b),
        0.5,
      )
    }
    progress('searching')
    const rare = await measure({ ...of_day, text: RARE_WORD }, 1)
    const expression = await measure({ ...of_day, regex: 'quirky-z[a-f]bra' }, 1)
    const page = await measure({ limit: 100 }, 100)
    const user = await measure({ ...of_day, user_id: '7', limit: 100 }, 100)
    const whole = await searched(fleet, { text: RARE_WORD })
    const name = `of ${all} lines`
    return [
      figure('log-shipping, lines shipped', lines / (wall_ms / 1000), 'lines/s', {
        target: { at_least: 50_000 },
      }),
      figure('log-shipping, most memory', peak_mib, 'MiB'),
      figure('log-shipping, nothing new, whole process', again.wall_ms, 'ms'),
      figure(`log-shipping, a rare text in a day ${name}`, rare, 'ms', { target: { at_most: 5000 } }),
      figure(`log-shipping, an expression in a day ${name}`, expression, 'ms'),
      figure(`log-shipping, the newest 100 ${name}`, page, 'ms'),
      figure(`log-shipping, 100 of a user in a day ${name}`, user, 'ms'),
      figure(`log-shipping, a rare text in all ${name}`, whole.wall_ms, 'ms'),
    ]
  },
}
