import { spawn } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import type { Benchmark, Figure } from './benchmark.ts'

const USAGE = `npm run bench -- [--only NAME] [--quick]

Measures what this program promises; figures as JSON on standard output, progress on standard error.
Ends with exit code 1 when a figure misses its target, unless --quick is given.
`

/** In the order in which they run: the ones that need a quiet machine least come first. */
const BENCHMARKS: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  'start-up': () => import('./start-up.ts'),
  'record-cost': () => import('./record-cost.ts'),
  'log-writing': () => import('./log-writing.ts'),
  'request-rate': () => import('./request-rate.ts'),
  'apply-submissions': () => import('./apply-submissions.ts'),
  'peak-memory': () => import('./peak-memory.ts'),
  'log-analysis': () => import('./log-analysis.ts'),
  'log-search': () => import('./log-search.ts'),
  'log-shipping': () => import('./log-shipping.ts'),
  ingest: () => import('./ingest.ts'),
  'server-reads': () => import('./server-reads.ts'),
  'prometheus-scrape': () => import('./prometheus-scrape.ts'),
  prune: () => import('./prune.ts'),
  'import-earlier': () => import('./import-earlier.ts'),
  dashboard: () => import('./dashboard.ts'),
  'worker-pool': () => import('./worker-pool.ts'),
  'live-updates': () => import('./live-updates.ts'),
  'live-overload': () => import('./live-overload.ts'),
}

interface Report {
  readonly machine: { readonly cores: number; readonly memory_gib: number; readonly system: string }
  readonly node: string
  readonly date: string
  readonly quick: boolean
  readonly results: readonly Figure[]
}

function progress(message: string): void {
  process.stderr.write(`${message}\n`)
}

async function measureHere(name: string, quick: boolean): Promise<Report> {
  const load = BENCHMARKS[name]
  if (load === undefined || !Object.hasOwn(BENCHMARKS, name)) {
    throw new RangeError(`--only must be one of ${Object.keys(BENCHMARKS).join(', ')}; got ${name}.`)
  }
  const { benchmark } = await load()
  progress(`${benchmark.name} …`)
  const results = await benchmark.run({ quick, progress: (message) => progress(`  ${message}`) })
  return {
    machine: {
      cores: cpus().length,
      memory_gib: Math.round(totalmem() / 1024 ** 3),
      system: `${process.platform} ${process.arch}`,
    },
    node: process.version,
    date: new Date().toISOString(),
    quick,
    results,
  }
}

/** A process for each benchmark, so that none pays for the heap and the compiled code of another. */
async function measureApart(name: string, quick: boolean): Promise<Report> {
  const argv = [import.meta.filename, '--only', name, ...(quick ? ['--quick'] : [])]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8')
  for await (const chunk of child.stdout) text += String(chunk)
  // An empty text is a benchmark that failed; its error is on standard error already.
  if (text === '') throw new Error(`The benchmark ${name} gave no figures.`)
  return JSON.parse(text) as Report
}

async function measure(only: string | undefined, quick: boolean): Promise<Report> {
  if (only !== undefined) return await measureHere(only, quick)
  const results: Figure[] = []
  let last: Report | undefined
  for (const name of Object.keys(BENCHMARKS)) {
    last = await measureApart(name, quick)
    results.push(...last.results)
  }
  return { ...(last as Report), results }
}

try {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, quick: { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help === true) {
    process.stdout.write(USAGE)
  } else {
    const report = await measure(values.only, values.quick ?? false)
    for (const { name, value, unit, met } of report.results) {
      progress(`${met === false ? 'MISSED ' : ''}${name}: ${value} ${unit}`)
    }
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    if (!report.quick && report.results.some((result) => result.met === false)) process.exitCode = 1
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 2
}
