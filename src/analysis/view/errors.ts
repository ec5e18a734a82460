import { counted } from '../../core/number-text.ts'
import type { AnalysisReport, ErrorGroup } from '../report.ts'
import { moment } from './amounts.ts'
import { dayChart } from './charts.ts'
import { present } from './stream-parts.ts'
import { shares } from './tables.ts'
import type { ErrorView, Fact, Section } from './view.ts'

const MOST_GROUPS = 10

export function errorsSection({ errors, range }: AnalysisReport): Section {
  const section = { id: 'errors', title: 'Errors' }
  if (errors.total_errors === 0) return { ...section, summary: 'none', blocks: [] }
  const shown = errors.fingerprints.slice(0, MOST_GROUPS)
  const more = errors.distinct_fingerprints - shown.length
  const hidden = errors.total_errors - shown.reduce((sum, group) => sum + group.count, 0)
  return {
    ...section,
    summary: `${counted(errors.total_errors, 'error')} of ${counted(errors.distinct_fingerprints, 'kind')}`,
    blocks: present([
      {
        kind: 'errors',
        id: 'error-groups',
        title: 'Same but for ids, numbers and times',
        groups: shown.map((group) => errorView(group, range.time_zone)),
        note:
          more > 0 ? `and ${counted(more, 'more kind')} with ${counted(Math.max(0, hidden), 'error')}` : null,
      },
      // All of them are failures, so that is no news.
      dayChart(
        { id: 'errors-by-day', title: 'Errors per day', noun: 'error', tone: 'bad' },
        errors.by_day.map((day) => ({ ...day, failed: 0, throttled: 0 })),
      ),
      shares({ id: 'error-types', title: 'By type' }, errors.by_type),
      shares({ id: 'error-operations', title: 'By operation' }, errors.by_operation),
      shares({ id: 'error-users', title: 'By user' }, errors.by_user),
      shares({ id: 'error-courses', title: 'By course' }, errors.by_course),
    ]),
  }
}

function errorView(group: ErrorGroup, zone: string): ErrorView {
  const type = group.error_type ?? 'error'
  return {
    count: group.count,
    what: group.operation === null ? type : `${type} in ${group.operation}`,
    pattern: group.pattern,
    first_seen: moment(group.first_seen, zone),
    last_seen: moment(group.last_seen, zone),
    fingerprint: group.fingerprint,
    example: exampleFacts(group, zone),
  }
}

function exampleFacts({ example, pattern }: ErrorGroup, zone: string): Fact[] {
  const text = (label: string, value: string | number | null): Fact[] =>
    value === null ? [] : [{ label, value: [{ text: typeof value === 'number' ? String(value) : value }] }]
  return [
    ...text('at', moment(example.timestamp, zone)),
    ...text('task', example.task_id),
    ...text('user', example.user_id),
    ...text('course', example.course_id),
    // Nothing in it was a number: the pattern says it all.
    ...text('message', example.message === pattern ? null : example.message),
  ]
}
