import type { WorkPlace } from './work-place.ts'

const DAY_MS = 86_400_000
const FIRST_MS = Date.UTC(2026, 10, 16, 10)

interface Line {
  readonly at_ms: number
  readonly level: string
  readonly event: string
  readonly task: string
  readonly fields: Readonly<Record<string, string | number | boolean>>
}

function textOf(lines: readonly Line[]): string {
  return lines
    .map(({ at_ms, level, event, task, fields }, seq) =>
      JSON.stringify({
        timestamp: new Date(at_ms).toISOString(),
        level,
        event,
        task_id: task,
        user_id: 42,
        writer: 'w1',
        seq,
        ...fields,
        message: `${event} ${seq}`,
      }),
    )
    .join('\n')
    .concat('\n')
}

/** Of the API calls of {@link writeSampleLogs}. */
export const SAMPLE_CALLS = { total: 60, failed: 6, throttled: 2 } as const

/** Six days, of each day ten calls, the last of which fails; two of the failures are throttling. */
function apiCalls(): Line[] {
  return Array.from({ length: SAMPLE_CALLS.total }, (_, index) => {
    const day = Math.floor(index / 10)
    const fails = index % 10 === 9
    const throttled = fails && day < SAMPLE_CALLS.throttled
    const status = throttled ? 429 : fails ? 502 : 200
    return {
      at_ms: FIRST_MS + day * DAY_MS + index * 1000,
      level: fails ? 'WARNING' : 'INFO',
      event: 'api_call',
      task: `task-${day}`,
      fields: {
        method: 'GET',
        endpoint: `/api/v1/courses/${100 + index}/assignments`,
        status,
        duration_ms: 100 + index,
        ...(fails ? { error_type: throttled ? 'throttled' : 'edge_error' } : {}),
      },
    }
  })
}

/** A small log folder `logs/canvas_sync` whose figures are known. */
export function writeSampleLogs(place: WorkPlace, folder = 'logs/canvas_sync'): void {
  const at = (minutes: number): number => FIRST_MS + minutes * 60_000
  place.write(`${folder}/api_calls.log`, textOf(apiCalls()))
  place.write(
    `${folder}/operations.log`,
    textOf([
      { at_ms: at(0), level: 'INFO', event: 'sync_started', task: 'task-0', fields: { sync_type: 'all' } },
      {
        at_ms: at(2),
        level: 'INFO',
        event: 'sync_completed',
        task: 'task-0',
        fields: { sync_type: 'all', status: 'completed', duration_ms: 120_000 },
      },
    ]),
  )
  place.write(
    `${folder}/errors.log`,
    `${textOf([
      {
        at_ms: at(3),
        level: 'ERROR',
        event: 'call_failed',
        task: 'task-0',
        fields: { error_type: 'edge_error', operation: 'list_assignments', course_id: '101' },
      },
    ])}this is no line of ours\n`,
  )
}
