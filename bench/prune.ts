import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../src/core/clock.ts'
import { pruneStore } from '../src/maintenance/prune-store.ts'
import { RETENTION_DEFAULTS } from '../src/maintenance/retention.ts'
import { openStore } from '../src/store/open-store.ts'
import { startPostgres } from '../test/support/postgres-server.ts'
import { figure, type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts'
import { fillPostgres, fillSqlite, type ManySyncs } from './support/many-syncs.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const WRITER = fileURLToPath(new URL('support/prune-writer.ts', import.meta.url))
const OLD_COURSES = 3

/** What a writer beside it waited, milliseconds: half, 99 of 100, the longest. */
interface Waits {
  readonly writes: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly max_ms: number
}

class Writer {
  readonly #child: ChildProcess
  readonly #ready: Promise<unknown>

  constructor(database: string) {
    this.#child = spawn(process.execPath, [WRITER, database], { stdio: ['pipe', 'ignore', 'inherit', 'ipc'] })
    this.#ready = once(this.#child, 'message')
  }

  async ready(): Promise<void> {
    await this.#ready
  }

  /** What it waited since the last time. */
  async waits(): Promise<Waits> {
    const said = once(this.#child, 'message') as Promise<[Waits]>
    this.#child.send('waits')
    const [waits] = await said
    return waits
  }

  stop(): void {
    this.#child.kill()
  }
}

/** What hangs on the old ones: the filling of the other benchmarks has it for the newest only. */
function detailsOfOld(before: number): string[] {
  const old = `from canvas_sync_metrics where sync_start_time < ${before}`
  return [
    `insert into canvas_sync_status_changes (sync_id, old_status, new_status, changed_at)
      select id, null, 'in_progress', sync_start_time ${old}`,
    `insert into canvas_sync_status_changes (sync_id, old_status, new_status, changed_at)
      select id, 'in_progress', sync_status, sync_start_time ${old}`,
    ...Array.from(
      { length: OLD_COURSES },
      (_, course) =>
        `insert into canvas_sync_courses (sync_id, course_id, outcome, started_at, finished_at, duration_ms)
          select id, '${course}', 'completed', sync_start_time, sync_start_time, 1 ${old} on conflict do nothing`,
    ),
  ]
}

async function measure(engine: string, database: string): Promise<Figure[]> {
  const writer = new Writer(database)
  try {
    await writer.ready()
    await systemClock.sleep(5000)
    const quiet = await writer.waits()
    await using store = await openStore(database)
    const report = await pruneStore({ store, days: RETENTION_DEFAULTS, clock: systemClock })
    const beside = await writer.waits()
    process.stderr.write(`${engine}: ${JSON.stringify({ report, quiet, beside })}\n`)
    const name = (what: string): string => `prune ${what}, ${engine}`
    return [
      figure(name('syncs deleted'), report.syncs, 'syncs'),
      figure(name('syncs a second'), report.syncs / (report.duration_ms / 1000), 'syncs/s'),
      figure(name('longest step'), report.longest_step_ms, 'ms'),
      figure(name('a writer beside it waits, p99'), beside.p99_ms, 'ms', { target: { at_most: 50 } }),
      figure(name('a writer beside it waits, longest'), beside.max_ms, 'ms'),
      figure(name('a writer alone waits, p99'), quiet.p99_ms, 'ms'),
      figure(name('a writer alone waits, longest'), quiet.max_ms, 'ms'),
    ]
  } finally {
    writer.stop()
  }
}

export const benchmark: Benchmark = {
  name: 'prune',
  async run({ quick, progress }: BenchmarkOptions): Promise<Figure[]> {
    const syncs = quick ? 50_000 : 1_000_000
    const given: ManySyncs = { syncs, users: 5000, days: 444, until: Date.now() }
    const before = Date.now() - 400 * 86_400_000
    using directory = temporaryDirectory()
    const path = join(directory.path, 'prune.db')
    await fillSqlite(path, given, progress)
    {
      using file = new DatabaseSync(path)
      for (const statement of detailsOfOld(before)) file.exec(statement)
    }
    const figures = await measure('SQLite', `sqlite:${path}`)
    const server = await startPostgres()
    try {
      const url = await server.createDatabase()
      await fillPostgres(url, given, progress)
      const { Client } = await import('pg')
      const client = new Client({ connectionString: url })
      await client.connect()
      for (const statement of detailsOfOld(before)) await client.query(statement)
      await client.end()
      figures.push(...(await measure('PostgreSQL', url)))
    } finally {
      await server.stop()
    }
    return figures
  },
}
