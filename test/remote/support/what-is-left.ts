import { openStore } from '../../../src/store/open-store.ts'
import { readLines, withoutCopies, type LogLine } from '../../ingest/support/log-lines.ts'

/** What differs because it ran elsewhere, at another time, or is another row. */
const OWN: ReadonlySet<string> = new Set([
  'id',
  'sync_id',
  'pid',
  'process_started',
  'heartbeat_at',
  'heartbeat_count',
  'running_ms',
  'sync_start_time',
  'sync_end_time',
  'total_duration_seconds',
  'started_at',
  'finished_at',
  'changed_at',
  'duration_ms',
  'elapsed_ms',
  'remaining_ms',
  'error_group_id',
  'repaired_from',
])

const without = (row: object): object =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !OWN.has(name)))

/** The rows of syncs by task id. */
export async function rowsOf(
  database: string,
  task_ids: readonly string[],
): Promise<Record<string, object | null>> {
  await using store = await openStore(database)
  const rows: Record<string, object | null> = {}
  for (const task_id of task_ids) {
    const row = await store.syncs.getSyncByTaskId(task_id)
    if (row === null) {
      rows[task_id] = null
      continue
    }
    const changes = await store.syncs.listStatusChanges(row.id)
    const courses = await store.syncs.listCourseOutcomes(row.id)
    rows[task_id] = {
      ...without(row),
      changes: changes.filter(({ new_status }) => new_status !== 'lost').map(({ new_status }) => new_status),
      courses: courses.map(without),
    }
  }
  return rows
}

/** The lines of each sync in the order of each stream, without what differs from run to run. */
export function linesOf(directory: string): Map<string, string[]> {
  const by_task = new Map<string, string[]>()
  for (const line of withoutCopies(readLines(directory)).sort(bySeq)) {
    if (line['task_id'] === null || line['event'] === 'sync_repaired') continue
    const { timestamp: _1, writer: _2, seq: _3, happened_at: _4, ...rest } = line
    const task_id = line['task_id'] as string
    const lines = by_task.get(task_id) ?? []
    const message = (line['message'] as string).replace(/ in (?:less than 1 ms|[\d.]+ m?s)/, '')
    lines.push(JSON.stringify({ ...without(rest), message }))
    by_task.set(task_id, lines)
  }
  return by_task
}

const bySeq = (a: LogLine, b: LogLine): number =>
  a.stream === b.stream
    ? a['writer'] === b['writer']
      ? Number(a['seq']) - Number(b['seq'])
      : (a['timestamp'] as string) < (b['timestamp'] as string)
        ? -1
        : 1
    : a.stream < b.stream
      ? -1
      : 1
