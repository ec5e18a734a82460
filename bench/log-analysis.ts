import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnalysisReport } from '../src/analysis/report.ts'
import { figure, quantile, type Benchmark, type Figure } from './benchmark.ts'
import type { DuckDbAnswer, DuckDbWork } from './support/duckdb-child.ts'
import { writeApiCallsLog, type ApiCallsLogFacts } from './support/log-files.ts'
import { compileInto } from './support/compiled.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const SUPPORT = join(import.meta.dirname, 'support')
/** Four lines of ten are not as the product writes them. */
const MIX = { malformed: 0.1, foreign_order: 0.1, python_json: 0.1, python_text: 0.1 }
/** A report rounds a mean to a thousandth of a millisecond. */
const MEAN_TOLERANCE_MS = 0.000_51

interface Run {
  readonly text: string
  readonly ms: number
}

/** A whole process from its start to its end, with what it wrote. */
async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const started_ms = performance.now()
  const child = spawn(process.execPath, argv, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`node ${argv.join(' ')} ended with exit code ${code}.`)
  return { text: Buffer.concat(chunks).toString(), ms: performance.now() - started_ms }
}

/** The command as the package has it, compiled: Node's handling of types is nothing that a user waits for. */
async function compileCli(directory: string): Promise<string> {
  mkdirSync(directory)
  await compileInto(directory, ['src/cli.ts', 'src/analysis/analysis-worker.ts'])
  return join(directory, 'src/cli.js')
}

const analyze = (cli: string, directory: string): Promise<Run> =>
  run([cli, 'analyze', '--json', '--log-dir', directory])
const duckDb = (path: string, work: DuckDbWork): Promise<Run> =>
  run([join(SUPPORT, 'duckdb-child.ts'), path, work])

async function peakOfAnalyze(cli: string, directory: string, file: string): Promise<number> {
  const preload = join(SUPPORT, 'report-peak.ts')
  await run(['--import', preload, cli, 'analyze', '--json', '--log-dir', directory], { PEAK_FILE: file })
  return Number(readFileSync(file, 'utf8')) / 1024
}

function median(values: readonly number[]): number {
  return quantile(values.toSorted((a, b) => a - b), 0.5) // prettier-ignore
}

function assertSame(what: string, ours: unknown, theirs: unknown): void {
  const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)]
  if (a !== b) throw new Error(`${what} differ, so the times do not compare: ours ${a}, expected ${b}.`)
}

/** Both must have read and counted the same. */
function assertSameCounts(report: AnalysisReport, answer: DuckDbAnswer): void {
  const { api_calls } = report
  const { rows, distinct } = answer
  const countBy = (keyOf: (row: DuckDbAnswer['rows'][number]) => string | number | null): unknown => {
    const counts: Record<string, number> = {}
    for (const row of rows) {
      const key = keyOf(row)
      if (key !== null) counts[key] = (counts[key] ?? 0) + row.count
    }
    return counts
  }
  const total = rows.reduce((sum, row) => sum + row.count * row.mean_ms, 0)
  const mean_ms = total / rows.reduce((sum, row) => sum + row.count, 0)
  const { duration } = api_calls
  assertSame('counts by method', sorted(api_calls.by_method), countBy((row) => row.method)) // prettier-ignore
  assertSame('counts by status', sorted(api_calls.status_codes), countBy((row) => row.status)) // prettier-ignore
  assertSame('least durations', duration.min_ms, Math.min(...rows.map((row) => row.min_ms)))
  assertSame('greatest durations', duration.max_ms, Math.max(...rows.map((row) => row.max_ms)))
  const is_same_mean = Math.abs((duration.mean_ms ?? NaN) - mean_ms) <= MEAN_TOLERANCE_MS
  assertSame('mean durations', is_same_mean ? mean_ms : duration.mean_ms, mean_ms)
  if (distinct === null) return
  const { users, courses, tasks } = api_calls.groups
  assertSame('numbers of users', users.distinct, distinct.users)
  assertSame('numbers of courses', courses.distinct, distinct.courses)
  if (tasks.exact) assertSame('numbers of tasks', tasks.distinct, distinct.tasks)
}

const sorted = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))

function assertMixCounted({ lines_by_form, skipped }: AnalysisReport, facts: ApiCallsLogFacts): void {
  const { json, python_json, python_text } = lines_by_form
  assertSame('lines of ours', json, facts.own_lines + facts.foreign_order_lines)
  assertSame('Python JSON lines', python_json, facts.python_json_lines)
  assertSame('Python text lines', python_text, facts.python_text_lines)
  const { continuation_lines } = skipped
  assertSame('malformed lines', skipped.malformed_lines + continuation_lines, facts.malformed_lines)
}

interface Times {
  readonly ours: number[]
  readonly mixed: number[]
  readonly simple: number[]
  readonly comparable: number[]
  readonly parse_loop: number[]
}

interface Folder {
  readonly path: string
  readonly file: string
  readonly facts: ApiCallsLogFacts
}

function makeFolder(path: string, bytes: number, mix: typeof MIX | undefined): Folder {
  mkdirSync(path)
  const file = join(path, 'api_calls.log')
  return { path, file, facts: writeApiCallsLog(file, bytes, mix === undefined ? {} : { mix }) }
}

/** One after the other, so that what else the machine does hits all alike. */
async function measureRound(cli: string, pure: Folder, mixed: Folder, times: Times): Promise<number> {
  const ours = await analyze(cli, pure.path)
  const simple = await duckDb(pure.file, 'simple')
  const of_mixed = await analyze(cli, mixed.path)
  const comparable = await duckDb(pure.file, 'comparable')
  const parse_loop = await run([join(SUPPORT, 'json-parse-child.ts'), pure.file])
  const report = JSON.parse(ours.text) as AnalysisReport
  const answer = JSON.parse(simple.text) as DuckDbAnswer
  assertSameCounts(report, answer)
  assertSameCounts(report, JSON.parse(comparable.text) as DuckDbAnswer)
  assertSame('lines', report.total_lines, pure.facts.lines)
  assertMixCounted(JSON.parse(of_mixed.text) as AnalysisReport, mixed.facts)
  times.ours.push(ours.ms)
  times.mixed.push(of_mixed.ms)
  times.simple.push(simple.ms)
  times.comparable.push(comparable.ms)
  times.parse_loop.push(parse_loop.ms)
  return answer.peak_mebibytes
}

export const benchmark: Benchmark = {
  name: 'log-analysis',
  async run({ quick, progress }) {
    using directory = temporaryDirectory()
    const cli = await compileCli(join(directory.path, 'compiled'))
    const bytes = quick ? 100_000_000 : 1_000_000_000
    const size = quick ? '100 MB' : '1 GB'
    const pure = makeFolder(join(directory.path, 'pure'), bytes, undefined)
    const mixed = makeFolder(join(directory.path, 'mixed'), bytes, MIX)
    progress(`${size} of api_calls: ${pure.facts.lines} lines, mixed ${mixed.facts.lines} lines`)

    const times: Times = { ours: [], mixed: [], simple: [], comparable: [], parse_loop: [] }
    let duckdb_peak = 0
    const rounds = quick ? 3 : 5
    for (let round = 1; round <= rounds; round++) {
      duckdb_peak = await measureRound(cli, pure, mixed, times)
      const last = Object.entries(times).map(
        ([name, all]) => `${name} ${((all as number[]).at(-1) ?? 0).toFixed(0)}`,
      )
      progress(`round ${round} of ${rounds}, ms: ${last.join(', ')}`)
    }
    const peak = await peakOfAnalyze(cli, pure.path, join(directory.path, 'peak'))
    const mixed_peak = await peakOfAnalyze(cli, mixed.path, join(directory.path, 'mixed-peak'))
    return [
      ...timeFigures(size, times),
      figure(`log-analysis, peak memory, ${size}`, peak, 'MiB', {
        target: { at_most: PEAK_MEBIBYTES },
        ratios: { DuckDB: peak / duckdb_peak },
      }),
      figure(`log-analysis, peak memory, mixed ${size}`, mixed_peak, 'MiB', {
        target: { at_most: PEAK_MEBIBYTES },
      }),
      figure('log-analysis, DuckDB peak memory', duckdb_peak, 'MiB'),
    ]
  },
}

/** 200 MB. */
const PEAK_MEBIBYTES = 200e6 / 1024 ** 2

function timeFigures(size: string, times: Times): Figure[] {
  const ours = median(times.ours)
  const simple = median(times.simple)
  const comparable = median(times.comparable)
  const parse_loop = median(times.parse_loop)
  return [
    figure(`log-analysis, ${size}`, ours, 'ms', {
      ratios: {
        'DuckDB, one aggregate': ours / simple,
        'DuckDB, comparable groups': ours / comparable,
        'JSON.parse of every line': ours / parse_loop,
      },
    }),
    figure(
      'log-analysis against DuckDB read_json, one aggregate of three columns',
      ours / simple,
      'of its time',
      {
        target: { at_most: 0.5 },
      },
    ),
    figure('log-analysis against DuckDB read_json, comparable groups', ours / comparable, 'of its time', {
      target: { at_most: 0.5 },
    }),
    figure('log-analysis, mixed lines against pure', median(times.mixed) / ours, 'times', {
      target: { at_most: 2 },
    }),
    figure('log-analysis, DuckDB one aggregate', simple, 'ms'),
    figure('log-analysis, DuckDB comparable groups', comparable, 'ms'),
    figure('log-analysis, JSON.parse of every line', parse_loop, 'ms'),
  ]
}
