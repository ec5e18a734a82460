import { isMonitorError } from '../core/errors.ts'
import type { Monitor } from '../tracker/monitor.ts'

export type Fault =
  | 'request'
  | 'cleanup'
  | 'prune'
  | 'ingest'
  | 'analysis'
  | 'measurement'
  | 'incidents'
  | 'schedules'
  | 'delivery'
  | 'reports'
  | 'shipping'

/** A line that says where something failed; what failed may hold anything, so only its kind is kept. */
export function logFault(monitor: Monitor, error: unknown, operation: Fault, message: string): void {
  const code = isMonitorError(error) ? error.code : error instanceof Error ? error.name : 'unknown'
  monitor.logs.write('errors', {
    level: 'ERROR',
    event: `${operation}_failed`,
    task_id: null,
    user_id: null,
    fields: { operation, error_code: code },
    message,
  })
}
