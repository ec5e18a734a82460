import { counted, grouped, spokenBytes } from '../core/number-text.ts'
import { printable } from '../core/printable.ts'
import type { Report, ReportVerdict } from '../core/report.ts'
import { VERDICT_WORDS } from './judge-report.ts'
import {
  beforeNoun,
  changeText,
  durationText,
  momentText,
  percentText,
  PERIOD_WORDS,
  secondsText,
  spanText,
  staleListText,
  stepText,
  type ChangeText,
} from './report-words.ts'

export interface ReportFigure {
  readonly name: string
  readonly value: string
  readonly change: ChangeText
}

export interface ReportRow {
  readonly main: string
  /** A second line, quieter. */
  readonly detail: string | null
  /** Stands at the right. */
  readonly value: string | null
  readonly tone: 'bad' | 'warning' | 'plain'
}

export interface ReportSection {
  readonly title: string
  readonly rows: readonly ReportRow[]
  /** What is said where there are no rows. */
  readonly empty: string
  /** Whether to have no rows is as it should be. */
  readonly empty_is_good: boolean
  /** Path in the dashboard that shows more. */
  readonly path: string
}

export interface ReportBar {
  readonly name: string
  readonly completed: number
  readonly partial: number
  readonly failed: number
}

/** A report as it is shown, whatever the form: the same words in text, HTML and Slack. */
export interface ReportView {
  /** `Weekly report`. */
  readonly title: string
  /** `16 to 22 November 2026`. */
  readonly span: string
  readonly verdict: ReportVerdict
  readonly verdict_word: string
  readonly headline: string
  readonly figures: readonly ReportFigure[]
  readonly chart: { readonly title: string; readonly bars: readonly ReportBar[] }
  readonly sections: readonly ReportSection[]
  /** What the figures are compared with, and the zone. */
  readonly note: string
}

export function viewOf(report: Report): ReportView {
  return {
    title: `${PERIOD_WORDS[report.period]} report`,
    span: spanText(report),
    verdict: report.verdict,
    verdict_word: VERDICT_WORDS[report.verdict],
    headline: report.headline,
    figures: figuresOf(report),
    chart: {
      title: report.period === 'daily' ? 'Syncs by hour' : 'Syncs by day',
      bars: report.steps.map(({ since, ...counts }) => ({ name: stepText(since, report), ...counts })),
    },
    sections: [
      failuresOf(report),
      ...incidentsOf(report),
      freshnessOf(report),
      ...schedulesOf(report),
      slowestOf(report),
      canvasOf(report),
      capacityOf(report),
      ...deliveryOf(report),
    ],
    note: `Compared with ${beforeNoun(report)}. Times are of ${report.time_zone}.`,
  }
}

function figuresOf({ figures, before }: Report): ReportFigure[] {
  // Without syncs before, zero is no figure that anything could be compared with.
  const was = before.syncs === 0 ? null : before
  const wrong = (of: Report['figures']): number => of.partial + of.failed + of.lost + of.timed_out
  const items = (of: Report['figures']): number => of.courses + of.assignments + of.submissions + of.grades
  return [
    {
      name: 'Syncs',
      value: grouped(figures.syncs),
      change: changeText(figures.syncs, was?.syncs ?? null, null),
    },
    {
      name: 'Success rate',
      value: percentText(figures.success_rate),
      change: changeText(figures.success_rate, was?.success_rate ?? null, 'more', true),
    },
    {
      name: 'Not completed',
      value: grouped(wrong(figures)),
      change: changeText(wrong(figures), was === null ? null : wrong(was), 'less'),
    },
    {
      name: 'Median duration',
      value: secondsText(figures.duration_p50_seconds),
      change: changeText(figures.duration_p50_seconds, was?.duration_p50_seconds ?? null, 'less'),
    },
    {
      name: 'Rows read',
      value: grouped(items(figures)),
      change: changeText(items(figures), was === null ? null : items(was), null),
    },
    {
      name: 'Calls to Canvas',
      value: grouped(figures.api_calls),
      change: changeText(figures.api_calls, was?.api_calls ?? null, null),
    },
  ]
}

const row = (main: string, rest: Partial<Omit<ReportRow, 'main'>> = {}): ReportRow => ({
  // Messages, types and ids of other programs may hold anything.
  main: printable(main.toWellFormed()),
  detail: null,
  value: null,
  tone: 'plain',
  ...rest,
})

function failuresOf({ failures, more_failures }: Report): ReportSection {
  const rows = failures.map(({ error_type, message, syncs, syncs_before, next_step }) => {
    const was = syncs_before === 0 ? 'new' : `${grouped(syncs_before)} before`
    return row(message === '' ? (error_type ?? 'An error without a message.') : message, {
      detail: next_step,
      value: `${counted(syncs, 'sync')}, ${was}`,
      tone: 'bad',
    })
  })
  if (more_failures) rows.push(row('And others that are less frequent.'))
  return { title: 'What failed', rows, empty: 'Nothing failed.', empty_is_good: true, path: '/errors' }
}

function incidentsOf({ incidents, time_zone }: Report): ReportSection[] {
  if (incidents === null) return []
  const rows = incidents.listed.map(({ title, severity, began_at, resolved_at }) =>
    row(title, {
      detail: `since ${momentText(began_at, time_zone)}${resolved_at === null ? '' : `, until ${momentText(resolved_at, time_zone)}`}`,
      value: resolved_at === null ? 'open' : 'over',
      tone: resolved_at !== null ? 'plain' : severity === 'critical' ? 'bad' : 'warning',
    }),
  )
  const more = incidents.open + incidents.resolved - rows.length
  if (more > 0) rows.push(row(`And ${grouped(more)} more.`))
  const { opened, resolved, open } = incidents
  if (rows.length > 0)
    rows.push(row(`${grouped(opened)} opened, ${grouped(resolved)} ended, ${grouped(open)} open now.`))
  return [
    { title: 'Incidents', rows, empty: 'There was no incident.', empty_is_good: true, path: '/incidents' },
  ]
}

function freshnessOf({ freshness, time_zone }: Report): ReportSection {
  const { known, lists, stale, never, more, target_seconds } = freshness
  const rows = lists.map((list) =>
    row(staleListText(list), {
      value:
        list.last_complete_at === null
          ? 'never read whole'
          : `last read ${momentText(list.last_complete_at, time_zone)}`,
      tone: list.last_complete_at === null ? 'bad' : 'warning',
    }),
  )
  const others = stale + never - lists.length
  if (others > 0)
    rows.push(
      row(`And ${grouped(others)}${more ? ' or more' : ''} other ${others === 1 ? 'list' : 'lists'}.`),
    )
  return {
    title: 'How fresh the data is',
    rows,
    empty: known
      ? `Every list was read whole within ${durationText(target_seconds)}.`
      : 'No list was read by the sync engine: how fresh the data of other jobs is, is not known here.',
    empty_is_good: known,
    path: '/',
  }
}

function schedulesOf({ schedules }: Report): ReportSection[] {
  if (schedules === null || schedules.expected === 0) return []
  const { expected, missed, late, unknown, listed } = schedules
  const which = listed.map((each) => `${each.slug} (${grouped(each.missed)})`).join(', ')
  const rows = [
    ...(missed > 0
      ? [row('never started', { value: grouped(missed), detail: which, tone: 'bad' as const })]
      : []),
    ...(late > 0 ? [row('started late', { value: grouped(late), tone: 'warning' as const })] : []),
    ...(unknown > 0
      ? [row('not known: the monitor itself was away when they were due', { value: grouped(unknown) })]
      : []),
  ]
  const empty = `All ${counted(expected, 'scheduled sync')} started in time.`
  return [{ title: 'Scheduled syncs', rows, empty, empty_is_good: true, path: '/schedules' }]
}

function slowestOf({ slowest: { types, courses } }: Report): ReportSection {
  const rows = [
    ...types.map(({ sync_type, syncs, p50_seconds, p95_seconds }) =>
      row(`syncs of ${sync_type}`, {
        detail: `the median of ${counted(syncs, 'sync')}; 95 of 100 took ${secondsText(p95_seconds)} or less`,
        value: secondsText(p50_seconds),
      }),
    ),
    ...courses.map(({ course_id, outcomes, mean_seconds }) =>
      row(`course ${course_id}`, {
        detail: `on average, in ${counted(outcomes, 'sync')}`,
        value: secondsText(mean_seconds),
      }),
    ),
  ]
  return {
    title: 'What took longest',
    rows,
    empty: 'No sync completed.',
    empty_is_good: false,
    path: '/performance',
  }
}

function canvasOf({ figures }: Report): ReportSection {
  const { api_calls, api_failures, request_cost, rate_limit_hits, throttle_wait_seconds } = figures
  const share = api_calls === 0 ? null : (100 * api_failures) / api_calls
  const rows =
    api_calls === 0
      ? []
      : [
          row('calls that failed', { value: `${grouped(api_failures)} (${percentText(share)})` }),
          row("cost in units of Canvas's limit", { value: grouped(request_cost) }),
          row('refused because of the limit', {
            value: counted(rate_limit_hits, 'time'),
            tone: rate_limit_hits > 0 ? 'warning' : 'plain',
          }),
          row('waited for the limit', { value: secondsText(throttle_wait_seconds) }),
        ]
  return {
    title: 'What Canvas was asked',
    rows,
    empty: 'Canvas was not called.',
    empty_is_good: false,
    path: '/performance',
  }
}

function capacityOf({ capacity }: Report): ReportSection {
  const { database_bytes, log_bytes, archive_bytes, growth_bytes, in_90_days_bytes } = capacity
  const rows = [
    row('database', { value: spokenBytes(database_bytes) }),
    row('logs and archives', { value: spokenBytes(log_bytes + archive_bytes) }),
  ]
  if (growth_bytes !== null) {
    const grew = growth_bytes >= 0 ? 'grew by' : 'shrank by'
    rows.push(
      row(`together ${grew}`, {
        value: spokenBytes(Math.abs(growth_bytes)),
        detail: in_90_days_bytes === null ? null : `at this pace ${spokenBytes(in_90_days_bytes)} in 90 days`,
      }),
    )
  }
  return { title: 'Room', rows, empty: '', empty_is_good: false, path: '/system' }
}

function deliveryOf({ delivery }: Report): ReportSection[] {
  if (delivery === null) return []
  const { sent, failed, failing_channels } = delivery
  const rows = failing_channels.map((channel) =>
    row(`${channel} takes no messages`, {
      tone: 'bad',
      detail: 'See why: npx canvas-sync-monitor notify log',
    }),
  )
  if (failed > 0) rows.push(row('messages that never arrived', { value: grouped(failed), tone: 'bad' }))
  const empty =
    sent === 0 ? 'There was nothing to tell.' : `${counted(sent, 'message')} arrived, all of them.`
  return [{ title: 'Messages', rows, empty, empty_is_good: true, path: '/system' }]
}
