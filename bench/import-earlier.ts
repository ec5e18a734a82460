import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import type { ImportReport } from '../src/earlier/import-report.ts'
import { copyDatabase } from '../src/store/copying/copy-database.ts'
import { makeOldDatabase } from '../test/support/old-table.ts'
import { startPostgres } from '../test/support/postgres-server.ts'
import { figure, type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const PROGRAM = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const ROWS = 1_000_000
const QUICK_ROWS = 20_000
const USERS = 5000
const DAYS = 365

interface Run {
  readonly report: ImportReport
  readonly seconds: number
  /** `VmHWM`, bytes. */
  readonly most_bytes: number
}

/** The whole process, as a person would start it. */
async function importWith(args: readonly string[]): Promise<Run> {
  const began = performance.now()
  const peak = `process.on('exit', () => process.stderr.write('VmHWM ' + process.resourceUsage().maxRSS + '\\n'))`
  const argv = [
    '--import',
    `data:text/javascript,${encodeURIComponent(peak)}`,
    PROGRAM,
    'import',
    '--json',
    ...args,
  ]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => (text[stream] += chunk))
  }
  await once(child, 'close')
  const kibibytes = Number(/VmHWM (\d+)/.exec(text.stderr)?.[1] ?? 0)
  const seconds = (performance.now() - began) / 1000
  return { report: JSON.parse(text.stdout) as ImportReport, seconds, most_bytes: kibibytes * 1024 }
}

/** The same rows as mysqldump writes them. */
async function writeDump(database: string, path: string): Promise<void> {
  using old = new DatabaseSync(database, { readOnly: true })
  const columns = old.prepare("select name from pragma_table_info('canvas_sync_metrics')").all()
  const statement = old.prepare('select * from canvas_sync_metrics')
  statement.setReturnArrays(true)
  function* lines(): Generator<string> {
    yield `-- MySQL dump 10.13\nCREATE TABLE \`canvas_sync_metrics\` (${columns.map((row) => `\`${String(row['name'])}\` text`).join(', ')});\n`
    let rows: string[] = []
    const flush = (): string => `INSERT INTO \`canvas_sync_metrics\` VALUES ${rows.join(',')};\n`
    for (const row of statement.iterate() as unknown as Iterable<(string | number | null)[]>) {
      const values = row.map((value) => {
        if (value === null) return 'NULL'
        if (typeof value === 'number') return String(value)
        return `'${value.replaceAll(/['\\]/g, '\\$&')}'`
      })
      rows.push(`(${values.join(',')})`)
      if (rows.length < 2000) continue
      yield flush()
      rows = []
    }
    if (rows.length > 0) yield flush()
  }
  await pipeline(lines(), createWriteStream(path))
}

async function run({ quick, progress }: BenchmarkOptions): Promise<Figure[]> {
  const count = quick ? QUICK_ROWS : ROWS
  using directory = temporaryDirectory()
  const old = join(directory.path, 'old.db')
  makeOldDatabase(old, { count, until: Date.now() - 2 * 86_400_000, days: DAYS, users: USERS })
  const dump = join(directory.path, 'dump.sql')
  await writeDump(old, dump)
  progress(`${count} rows: ${statSync(old).size >> 20} MiB, dump ${statSync(dump).size >> 20} MiB`)
  const server = await startPostgres()
  const figures: Figure[] = []
  const measure = async (name: string, from: string, database: string, target?: number): Promise<void> => {
    const { report, seconds, most_bytes } = await importWith(['--from', from, '--database', database])
    progress(`${name}: ${seconds.toFixed(1)} s, ${(most_bytes / 2 ** 20).toFixed(0)} MiB`)
    if (report.rows.imported + report.rows.unchanged !== count) throw new Error(`${name}: not all rows`)
    figures.push(
      figure(`import ${name}`, seconds, 's', target === undefined ? {} : { target: { at_most: target } }),
      figure(`import ${name}, most memory`, most_bytes / 2 ** 20, 'MiB'),
    )
  }
  const to_sqlite = `sqlite:${join(directory.path, 'new.db')}`
  await measure('of SQLite into SQLite', `sqlite:${old}`, to_sqlite, 60)
  await measure('of SQLite into SQLite, again', `sqlite:${old}`, to_sqlite)
  await measure('of a dump into SQLite', dump, `sqlite:${join(directory.path, 'dumped.db')}`, 60)
  await measure('of SQLite into PostgreSQL', `sqlite:${old}`, await server.createDatabase(), 60)
  const began = performance.now()
  const copied = await copyDatabase({
    from: join(directory.path, 'new.db'),
    to: await server.createDatabase(),
  })
  const seconds = (performance.now() - began) / 1000
  progress(`copy of ${copied.rows} rows: ${seconds.toFixed(1)} s`)
  figures.push(figure('copy of the imported SQLite database into PostgreSQL', seconds, 's'))
  await server.stop()
  return figures
}

export const benchmark: Benchmark = { name: 'import-earlier', run }
