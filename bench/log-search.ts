import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LogQuery } from '../src/search/log-query.ts'
import { figure, quantile, type Benchmark, type Figure } from './benchmark.ts'
import { compileInto } from './support/compiled.ts'
import { writeApiCallsLog, type ApiCallsLogFacts } from './support/log-files.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const HOUR_MS = 3_600_000
const LOOK_BYTES = 65_536
/** Of the same length as what it overwrites. */
const RARE_WORD = 'quirky-zebra-0451'

interface Run {
  readonly wall_ms: number
  readonly output: string
}

interface SearchRun {
  readonly wall_ms: number
  readonly hits: number
  readonly first_ms: number | null
  readonly end_ms: number
}

async function runProcess(command: string, argv: readonly string[], locale: string): Promise<Run> {
  const started_ms = performance.now()
  const child = spawn(command, argv, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LC_ALL: locale },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ended with exit code ${code}.`)
  return { wall_ms: performance.now() - started_ms, output }
}

const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )

/** What one search is compared with: the faster of two locales, whether it counts or prints. */
const GREPS = [
  { option: '-c', locale: 'C' },
  { option: '-c', locale: 'C.UTF-8' },
  { option: '-h', locale: 'C' },
  { option: '-h', locale: 'C.UTF-8' },
] as const

class SearchBench {
  readonly #directory: string
  readonly #child: string
  readonly #runs: number
  readonly #progress: (message: string) => void

  constructor(directory: string, child: string, runs: number, progress: (message: string) => void) {
    this.#directory = directory
    this.#child = child
    this.#runs = runs
    this.#progress = progress
  }

  /** Each in turn, so that all meet the same machine; the first round of all is not counted. */
  async againstGrep(name: string, text: string): Promise<Figure[]> {
    const path = join(this.#directory, 'api_calls.log')
    const searches: number[] = []
    const greps = GREPS.map((): number[] => [])
    for (let round = 0; round <= this.#runs; round++) {
      const search = await this.#search({ text })
      if (search.hits !== 1) throw new Error(`The search found ${search.hits} lines instead of 1.`)
      if (round > 0) searches.push(search.wall_ms)
      for (const [at, { option, locale }] of GREPS.entries()) {
        const { wall_ms } = await runProcess('grep', ['-F', option, text, path], locale)
        if (round > 0) greps[at]?.push(wall_ms)
      }
    }
    const grep_ms = Math.min(...greps.map(median))
    const search_ms = median(searches)
    this.#progress(`${name}: ${search_ms.toFixed(0)} ms, GNU grep ${grep_ms.toFixed(0)} ms`)
    return [
      figure(`log-search, ${name}, whole process`, search_ms, 'ms', {
        ratios: { 'GNU grep': search_ms / grep_ms },
      }),
      figure(`log-search, ${name}, against GNU grep`, search_ms / grep_ms, 'times', {
        target: { at_most: 1 },
      }),
    ]
  }

  async inProcess(
    name: string,
    query: LogQuery,
    what: 'first_ms' | 'end_ms',
    at_most: number,
  ): Promise<Figure[]> {
    const times: number[] = []
    const walls: number[] = []
    for (let round = 0; round <= this.#runs; round++) {
      const run = await this.#search(query)
      if (round === 0) continue
      times.push(run[what] ?? Number.POSITIVE_INFINITY)
      walls.push(run.wall_ms)
    }
    this.#progress(`${name}: ${median(times).toFixed(1)} ms, whole process ${median(walls).toFixed(0)} ms`)
    return [
      figure(`log-search, ${name}`, median(times), 'ms', { target: { at_most } }),
      figure(`log-search, ${name}, whole process`, median(walls), 'ms'),
    ]
  }

  async #search(query: LogQuery): Promise<SearchRun> {
    const argv = [this.#child, this.#directory, JSON.stringify(query)]
    const { wall_ms, output } = await runProcess(process.execPath, argv, 'C')
    return { ...(JSON.parse(output) as Omit<SearchRun, 'wall_ms'>), wall_ms }
  }
}

interface Needles {
  /** A word with letters that logs seldom have. */
  readonly word: string
  /** Of letters and digits that are everywhere. */
  readonly id: string
  /** When the line with the id was written. */
  readonly time_ms: number
}

/** Puts a rare word into a line in the middle, in the place of a part of its request id. */
function plantNeedles(path: string, bytes: number): Needles {
  const file = openSync(path, 'r+')
  try {
    const [first, second] = [0.4, 0.6].map((part) => requestAt(file, Math.floor(bytes * part)))
    if (!first || !second) throw new Error('The generated log has no request ids.')
    writeSync(file, RARE_WORD, first.offset, 'latin1')
    return { word: RARE_WORD, id: second.id, time_ms: second.time_ms }
  } finally {
    closeSync(file)
  }
}

function requestAt(file: number, from: number): { offset: number; id: string; time_ms: number } | undefined {
  const piece = Buffer.alloc(LOOK_BYTES)
  readSync(file, piece, 0, LOOK_BYTES, from)
  const found = /"timestamp":"([^"]+)"[^\n]*"request_id":"([^"]{17,})"/.exec(piece.toString('latin1'))
  const [line = '', time = '', id = ''] = found ?? []
  const offset = from + (found?.index ?? 0) + line.length - id.length - 1
  return found ? { offset, id, time_ms: Date.parse(time) } : undefined
}

export const benchmark: Benchmark = {
  name: 'log-search',
  async run({ quick, progress }) {
    using temporary = temporaryDirectory()
    const directory = join(temporary.path, 'logs')
    const compiled = join(temporary.path, 'compiled')
    mkdirSync(directory)
    mkdirSync(compiled)
    await compileInto(compiled, ['bench/support/search-child.ts'])
    const path = join(directory, 'api_calls.log')
    const facts: ApiCallsLogFacts = writeApiCallsLog(path, quick ? 100_000_000 : 1_000_000_000)
    progress(`${facts.lines} lines, ${facts.bytes} bytes`)
    const { word, id, time_ms } = plantNeedles(path, facts.bytes)
    const bench = new SearchBench(
      directory,
      join(compiled, 'bench/support/search-child.js'),
      quick ? 3 : 9,
      progress,
    )
    const range = { since_ms: time_ms - HOUR_MS / 2, until_ms: time_ms + HOUR_MS / 2 }
    return [
      ...(await bench.againstGrep('a rare word', word)),
      ...(await bench.againstGrep('a request id', id)),
      ...(await bench.inProcess('a request id in one hour', { text: id, ...range }, 'end_ms', 50)),
      ...(await bench.inProcess('first hit of a common text', { text: 'GET' }, 'first_ms', 100)),
      ...(await bench.inProcess('first hit of a common level', { level: 'INFO' }, 'first_ms', 100)),
    ]
  },
}
