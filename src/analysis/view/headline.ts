import { counted, grouped } from '../../core/number-text.ts'
import type { AnalysisReport } from '../report.ts'
import { duration, percent } from './amounts.ts'
import { shownTrend } from './trends.ts'
import type { Fact, Piece, ReportView, Tone, Verdict } from './view.ts'

/** From this share of failed syncs or calls on it is bad, below it is worth a look. */
const BAD_SHARE = 0.05
/** Fewer failed calls are daily life, which retries are for. */
const NOTED_SHARE = 0.01
const MOST_REASONS = 3
const MUCH_PERCENT = 50

/** How a sync ended, the worst first, and what that says. */
const STATUS_TONES: Readonly<Record<string, Tone>> = {
  failed: 'bad',
  lost: 'bad',
  timed_out: 'bad',
  partial: 'warning',
  cancelled: 'quiet',
  unfinished: 'quiet',
  completed: 'good',
}
const FAILED_STATUSES = ['failed', 'lost', 'timed_out'] as const

/** The tone of a sync's status; a status that is not known says nothing. */
export function syncTone(status: string): Tone {
  return Object.hasOwn(STATUS_TONES, status) ? (STATUS_TONES[status] ?? 'plain') : 'plain'
}

const sum = (counts: Readonly<Record<string, number>>, names: readonly string[]): number =>
  names.reduce((total, name) => total + (Object.hasOwn(counts, name) ? (counts[name] ?? 0) : 0), 0)

export interface Judgement extends Pick<ReportView, 'verdict' | 'answer'> {
  readonly verdict: Verdict
}

/** Is it well? In one sentence, with at most three reasons, the weightiest first. */
export function judge(report: AnalysisReport): Judgement {
  const { api_calls, operations, errors, skipped } = report
  if (report.total_lines === 0) {
    const in_range = report.range.since !== null || report.range.until !== null
    return {
      verdict: 'empty',
      answer: `There are no log lines${in_range ? ' in this range' : ''}: nothing ran, or it logs elsewhere.`,
    }
  }
  const syncs = Object.values(operations.by_status).reduce((total, count) => total + count, 0)
  const failed_syncs = sum(operations.by_status, FAILED_STATUSES)
  const partial_syncs = sum(operations.by_status, ['partial'])
  const { failed_calls, total_calls } = api_calls
  const reasons: string[] = []
  if (failed_syncs > 0) reasons.push(`${grouped(failed_syncs)} of ${counted(syncs, 'sync')} failed`)
  if (partial_syncs > 0) reasons.push(`${counted(partial_syncs, 'sync')} only in part`)
  if (failed_calls > 0 && failed_calls >= NOTED_SHARE * total_calls) {
    reasons.push(`${percent(failed_calls, total_calls)} of the API calls failed${growth(report)}`)
  }
  if (errors.total_errors > 0) reasons.push(counted(errors.total_errors, 'error'))
  if (skipped.unreadable_sources.length > 0) {
    reasons.push(`${counted(skipped.unreadable_sources.length, 'file')} could not be read`)
  }
  reasons.push(...lossReasons(report))
  if (skipped.malformed_lines > 0)
    reasons.push(`${counted(skipped.malformed_lines, 'line')} in no known form`)
  if (reasons.length === 0) return { verdict: 'well', answer: wellAnswer(api_calls) }
  const bad = failed_syncs >= BAD_SHARE * Math.max(1, syncs) || failed_calls > BAD_SHARE * total_calls
  const shown = reasons.slice(0, MOST_REASONS).join(', ')
  return bad
    ? { verdict: 'bad', answer: `Not well: ${shown}.` }
    : { verdict: 'worth_a_look', answer: `Mostly well: ${shown}.` }
}

/** What the writers tell of log lines that are gone: the report is then of what is left. */
function lossReasons({ operations, api_calls, database, errors, progress }: AnalysisReport): string[] {
  const streams = [operations, api_calls, database, errors, progress]
  const notices = (event: string): number =>
    streams.reduce((total, { by_event }) => total + sum(by_event, [event]), 0)
  const told: readonly [what: string, count: number][] = [
    ['log lines were lost', notices('log_lines_lost')],
    ['rotated log files were deleted unarchived', notices('log_backups_deleted')],
  ]
  return told.flatMap(([what, count]) => (count > 0 ? [`${what} (${counted(count, 'notice')})`] : []))
}

function wellAnswer({ failed_calls, total_calls }: AnalysisReport['api_calls']): string {
  if (failed_calls === 0) return 'All is well: nothing failed.'
  return `All is well: nothing failed but ${percent(failed_calls, total_calls)} of the API calls.`
}

/** Said when it is much more than before. */
function growth({ trends, range }: AnalysisReport): string {
  const trend = trends?.figures.find(({ name }) => name === 'failed_calls')
  const change = (trend && shownTrend(trend, trends?.figures ?? []).change_percent) ?? 0
  if (change < MUCH_PERCENT) return ''
  return range.since === null
    ? ` (in the last week ${grouped(change)} % more than in the week before)`
    : ` (${grouped(change)} % more than in the period before)`
}

const quietZero = (count: number, tone: Tone): Piece => ({
  text: grouped(count),
  tone: count === 0 ? 'good' : tone,
})

/** The figures to look at first. */
export function headlineFigures(report: AnalysisReport): Fact[] {
  const { api_calls, errors, skipped, sources } = report
  const { throttled_calls } = api_calls.throttling
  return [
    {
      label: 'Log lines',
      value: [
        { text: grouped(report.total_lines) },
        { text: `in ${counted(sources.length, 'file')}`, tone: 'quiet' },
      ],
    },
    { label: 'Syncs', value: syncPieces(report.operations.by_status) },
    { label: 'API calls', value: [{ text: grouped(api_calls.total_calls) }, ...callDurations(report)] },
    { label: 'Failed calls', value: shareOf(api_calls.failed_calls, api_calls.total_calls, 'bad') },
    { label: 'Throttled', value: shareOf(throttled_calls, api_calls.total_calls, 'warning') },
    {
      label: 'Errors',
      value: [
        quietZero(errors.total_errors, 'bad'),
        ...(errors.distinct_fingerprints > 0
          ? [{ text: `of ${counted(errors.distinct_fingerprints, 'kind')}`, tone: 'quiet' } as const]
          : []),
      ],
    },
    { label: 'Slowest', value: slowest(report) },
    { label: 'Not read', value: unread(skipped) },
  ]
}

function callDurations({ api_calls }: AnalysisReport): Piece[] {
  const { mean_ms, p95_ms } = api_calls.duration
  return mean_ms === null
    ? []
    : [{ text: `mean ${duration(mean_ms)}, p95 ${duration(p95_ms)}`, tone: 'quiet' }]
}

function unread({ malformed_lines, unreadable_sources }: AnalysisReport['skipped']): Piece[] {
  const files = unreadable_sources.length
  return [
    { text: counted(malformed_lines, 'line'), tone: malformed_lines === 0 ? 'good' : 'warning' },
    ...(files === 0 ? [] : [{ text: counted(files, 'file'), tone: 'bad' } as const]),
  ]
}

function shareOf(count: number, whole: number, tone: Tone): Piece[] {
  if (count === 0) return [{ text: '0', tone: 'good' }]
  return [
    { text: percent(count, whole), tone },
    { text: counted(count, 'call'), tone: 'quiet' },
  ]
}

/** `398 completed`, `3 failed`, … the worst behind the number of all. */
function syncPieces(by_status: Readonly<Record<string, number>>): Piece[] {
  const entries = Object.entries(by_status).filter(([, count]) => count > 0)
  const total = entries.reduce((all, [, count]) => all + count, 0)
  const order = Object.keys(STATUS_TONES)
  const place = (status: string): number => (order.indexOf(status) + 1 || order.length) - 1
  const parts = entries
    .sort(([a], [b]) => place(a) - place(b))
    .map(([status, count]): Piece => ({
      text: `${grouped(count)} ${status.replaceAll('_', ' ')}`,
      tone: syncTone(status),
    }))
  return [{ text: grouped(total) }, ...parts]
}

function slowest({ api_calls }: AnalysisReport): Piece[] {
  const group = api_calls.slowest_endpoints[0]
  if (group === undefined) return [{ text: 'no calls', tone: 'quiet' }]
  return [
    { text: duration(group.mean_ms) },
    { text: 'on average', tone: 'quiet' },
    { text: group.key, tone: 'quiet' },
  ]
}
