import { counted, grouped } from '../../core/number-text.ts'
import type { AnalysisReport, ProgressReport } from '../report.ts'
import { duration, moment, NONE } from './amounts.ts'
import { dayChart, histogram } from './charts.ts'
import { syncTone } from './headline.ts'
import { durationFacts, fact, levelFacts, linesOf, present } from './stream-parts.ts'
import { groupTable, shares } from './tables.ts'
import type { Section, TableBlock } from './view.ts'

const MOST_TASKS = 10

export function operationsSection({ operations }: AnalysisReport): Section {
  const section = { id: 'operations', title: 'Operations' }
  const lines = Math.max(operations.total_lines, linesOf(operations))
  if (lines === 0) return { ...section, summary: 'no lines', blocks: [] }
  const tasks = { key: 'task', lines: 'lines', most: 5, bar: 'took' } as const
  return {
    ...section,
    summary: `${counted(lines, 'line')} of ${counted(operations.sync_tasks, 'task')}`,
    blocks: present([
      {
        kind: 'facts',
        facts: [
          fact('courses', operations.courses_processed),
          fact('assignments', operations.assignments_synced),
          fact('connections tested', operations.connections_tested),
          { label: 'time in syncs', value: [{ text: duration(operations.total_elapsed_time * 1000) }] },
          ...levelFacts(operations),
        ],
      },
      shares({ id: 'sync-statuses', title: 'How syncs ended' }, operations.by_status, syncTone),
      shares({ id: 'sync-types', title: 'Kinds of sync' }, operations.by_sync_type),
      shares({ id: 'operation-events', title: 'Events' }, operations.by_event),
      groupTable({ id: 'longest-syncs', title: 'Longest syncs', ...tasks }, operations.slowest_tasks),
    ]),
  }
}

export function databaseSection({ database }: AnalysisReport): Section {
  const section = { id: 'database', title: 'Database' }
  if (database.total_operations === 0) return { ...section, summary: 'no operations', blocks: [] }
  const records = counted(database.total_records_affected, 'record')
  const table = { lines: 'operations', most: 8, bar: 'count' } as const
  const durations = { id: 'database-durations', title: 'Duration of operations', noun: 'operation' }
  return {
    ...section,
    summary: `${counted(database.total_operations, 'operation')} on ${records}`,
    blocks: present([
      {
        kind: 'facts',
        facts: [fact('in batches', database.batch_operations), ...durationFacts(database.duration)],
      },
      dayChart({ id: 'database-by-day', title: 'Operations per day', noun: 'operation' }, database.by_day),
      shares({ id: 'database-operations', title: 'Operations' }, database.by_operation),
      groupTable({ id: 'entities', title: 'Entities', key: 'entity', ...table }, database.groups.entities),
      histogram(durations, database.duration),
    ]),
  }
}

export function progressSection({ progress, range }: AnalysisReport): Section {
  const section = { id: 'progress', title: 'Progress' }
  if (progress.total_entries === 0) return { ...section, summary: 'no lines', blocks: [] }
  const { distinct } = progress.groups.tasks
  return {
    ...section,
    summary: `${counted(progress.total_entries, 'line')} of ${counted(distinct, 'task')}`,
    blocks: present([taskTable(progress, range.time_zone)]),
  }
}

function taskTable({ tasks, groups }: ProgressReport, zone: string): TableBlock {
  const rows = Object.entries(tasks).slice(0, MOST_TASKS)
  const more = Math.max(groups.tasks.distinct, Object.keys(tasks).length) - rows.length
  return {
    kind: 'table',
    id: 'task-progress',
    title: 'Last progress of each task',
    columns: [
      { title: 'task', numeric: false, optional: 0 },
      { title: 'lines', numeric: true, optional: 3 },
      { title: 'elapsed', numeric: true, optional: 2 },
      { title: 'last seen', numeric: false, optional: 1 },
      { title: 'percent', numeric: true, optional: 0 },
    ],
    rows: rows.map(([task, { entries, last_percent, elapsed_ms, last_seen }]) => ({
      cells: [
        { text: task },
        { text: grouped(entries) },
        { text: duration(elapsed_ms) },
        { text: moment(last_seen, zone) },
        { text: last_percent === null ? NONE : `${Math.round(last_percent)} %` },
      ],
      share: Math.min(1, Math.max(0, (last_percent ?? 0) / 100)),
    })),
    bars: 'percent',
    note: more > 0 ? `and ${grouped(more)} more` : null,
  }
}
