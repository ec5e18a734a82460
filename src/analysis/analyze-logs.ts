import { availableParallelism } from 'node:os'
import { systemClock, type Clock } from '../core/clock.ts'
import { LOG_FORMS, type LogForm } from '../core/log-entry.ts'
import { LOG_STREAMS } from '../core/log-event.ts'
import { systemZone } from '../core/local-time.ts'
import { legacyZone } from '../logs/reading/parse-line.ts'
import { SourceHold } from '../logs/reading/source-hold.ts'
import { findCopies } from './find-copies.ts'
import { isoTime } from './groups.ts'
import * as counter from './kernel/counters.ts'
import { mergeDumps, type Counts } from './merge-dumps.ts'
import { planSegments, type Plan } from './plan-segments.ts'
import type { AnalysedSource, AnalysisReport, SkippedReport } from './report.ts'
import { scanSources, type Scan } from './scan-sources.ts'
import {
  apiCallsReport,
  databaseReport,
  errorsReport,
  operationsReport,
  progressReport,
} from './stream-reports.ts'
import { trendsOf } from './trends.ts'

export interface AnalysisProgress {
  /** Of the content; what is compressed is only estimated in the total. */
  readonly bytes_done: number
  readonly bytes_total: number
}

export interface AnalysisOptions {
  /** The log folder. */
  readonly directory: string
  /** Epoch milliseconds: `since_ms ≤ t < until_ms`. Default: everything. */
  readonly since_ms?: number | undefined
  readonly until_ms?: number | undefined
  /** Of days and hours: an IANA name. Default: the system's. */
  readonly time_zone?: string | undefined
  /** In which the earlier system wrote its times. Default `UTC`. */
  readonly legacy_zone?: string | undefined
  readonly clock?: Clock | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: AnalysisProgress) => void) | undefined
  /** Threads; 0 reads on this one. Default: the processors that there are, none for a few megabytes. */
  readonly max_workers?: number | undefined
}

/** Reading so much takes less than starting a thread. */
const FEW_BYTES = 4 * 1_048_576
/** What gzip makes of log lines, about. */
const COMPRESSION = 10
const MAX_EXAMPLES = 20

/**
 * What the five streams say, live, rotated and archived files alike, in one pass. Lines that cannot be read are
 * counted in `skipped`, files that cannot be read are told there; neither is an error.
 *
 * @throws system errors when the folder cannot be read; MonitorError `config_invalid` for an unknown zone; the signal's
 * reason
 */
export async function analyzeLogs(options: AnalysisOptions): Promise<AnalysisReport> {
  const clock = options.clock ?? systemClock
  const started_ms = clock.monotonic()
  const now_ms = clock.now()
  const { since_ms = Number.NEGATIVE_INFINITY, until_ms = Number.POSITIVE_INFINITY } = options
  const before_ms = Number.isFinite(since_ms)
    ? since_ms - (Math.min(until_ms, now_ms) - since_ms)
    : Number.POSITIVE_INFINITY
  const legacy_zone = options.legacy_zone ?? 'UTC'
  const zone = legacyZone(legacy_zone)
  const time_zone = options.time_zone ?? systemZone()

  await using hold = new SourceHold()
  const sources = await hold.list(options.directory)
  const plan = await planSegments(sources, Math.min(before_ms, since_ms), until_ms, zone)
  const scan = await scanSources(plan.segments, {
    settings: { range: { before_ms, since_ms, until_ms, legacy_is_utc: zone.name === 'UTC' }, legacy_zone },
    threads: threadsFor(plan, options.max_workers),
    signal: options.signal,
    onBytes: progressTeller(plan, options.onProgress),
    findCopies: (results) =>
      findCopies(
        plan.segments,
        results,
        zone,
        (time_ms) => time_ms >= Math.min(before_ms, since_ms) && time_ms < until_ms,
      ),
  })
  const counts = mergeDumps(scan.dumps)
  const of = (stream: (typeof LOG_STREAMS)[number]): Counts['streams']['operations'] => counts.streams[stream]
  return {
    generated_at: isoTime(now_ms),
    duration_ms: Math.round(clock.monotonic() - started_ms),
    range: { since: bound(since_ms), until: bound(until_ms), ...extent(counts), time_zone },
    total_lines: total(counts, counter.LINES),
    lines_by_form: linesByForm(counts),
    operations: operationsReport(of('operations'), time_zone),
    api_calls: apiCallsReport(of('api_calls'), time_zone),
    database: databaseReport(of('database'), time_zone),
    errors: errorsReport(of('errors'), counts.recent_errors, time_zone),
    progress: progressReport(of('progress'), time_zone),
    trends: trendsOf(counts, since_ms, until_ms, now_ms),
    sources: analysedSources(plan, scan),
    skipped: skippedReport(plan, scan, counts),
  }
}

function threadsFor({ segments }: Plan, max_workers: number | undefined): number {
  const bytes = segments.reduce(
    (sum, { source, from, to }) => sum + Math.min(to, source.size_bytes) - from,
    0,
  )
  const wanted = max_workers ?? (bytes < FEW_BYTES ? 0 : availableParallelism())
  return Math.min(wanted, segments.length)
}

function progressTeller(
  { segments }: Plan,
  onProgress: AnalysisOptions['onProgress'],
): (bytes: number) => void {
  const bytes_total = segments.reduce(
    (sum, { source, from, to }) => sum + (Number.isFinite(to) ? to - from : source.size_bytes * COMPRESSION),
    0,
  )
  let bytes_done = 0
  return (bytes) => {
    bytes_done += bytes
    onProgress?.({ bytes_done, bytes_total: Math.max(bytes_total, bytes_done) })
  }
}

function bound(time_ms: number): string | null {
  return Number.isFinite(time_ms) ? isoTime(time_ms) : null
}

function extent({ streams }: Counts): { first: string | null; last: string | null } {
  const all = LOG_STREAMS.map((stream) => streams[stream].counters)
  return {
    first: bound(Math.min(...all.map((counters) => counters[counter.FIRST_MS] ?? Infinity))),
    last: bound(Math.max(...all.map((counters) => counters[counter.LAST_MS] ?? -Infinity))),
  }
}

function total({ streams }: Counts, number: number): number {
  return LOG_STREAMS.reduce((sum, stream) => sum + (streams[stream].counters[number] ?? 0), 0)
}

function linesByForm(counts: Counts): Record<LogForm, number> {
  const entries = LOG_FORMS.map((form, at) => [form, total(counts, counter.FIRST_FORM + at)] as const)
  return Object.fromEntries(entries) as Record<LogForm, number>
}

function analysedSources({ segments }: Plan, { results }: Scan): AnalysedSource[] {
  const sources = new Map<
    string,
    { name: string; stream: AnalysedSource['stream']; bytes: number; lines: number }
  >()
  for (const [at, { source }] of segments.entries()) {
    const { name, stream } = source
    const { bytes, lines } = results[at] ?? { bytes: 0, lines: 0 }
    const known = sources.get(name) ?? { name, stream, bytes: 0, lines: 0 }
    sources.set(name, { ...known, bytes: known.bytes + bytes, lines: known.lines + lines })
  }
  return [...sources.values()]
}

function skippedReport({ segments, unreadable }: Plan, scan: Scan, counts: Counts): SkippedReport {
  const sum = (count: (result: Scan['results'][number]) => number): number =>
    scan.results.reduce((all, result) => all + count(result), 0)
  const named = scan.results.map((result, at) => ({ result, source: segments[at]?.source.name ?? '' }))
  return {
    malformed_lines: sum(({ malformed_lines }) => malformed_lines),
    continuation_lines: sum(({ continuation_lines }) => continuation_lines),
    duplicate_lines: scan.duplicate_lines,
    blank_lines: total(counts, counter.BLANK_LINES),
    out_of_range_lines: total(counts, counter.OUT_OF_RANGE_LINES) + total(counts, counter.BEFORE_LINES),
    examples: named
      .flatMap(({ result, source }) =>
        result.examples.map(({ offset, reason }) => ({ source, line_bytes_at: offset, reason })),
      )
      .slice(0, MAX_EXAMPLES),
    unreadable_sources: firstOfEach([
      ...unreadable,
      ...named.flatMap(({ result, source }) =>
        result.unreadable === null ? [] : [{ source, reason: result.unreadable }],
      ),
    ]),
  }
}

/** A large file fails in each of its segments. */
function firstOfEach(unreadable: Plan['unreadable']): SkippedReport['unreadable_sources'] {
  const sources = Map.groupBy(unreadable, ({ source }) => source)
  return [...sources.values()].flatMap((failures) => failures.slice(0, 1))
}
