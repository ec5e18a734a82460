import type { LogEvent } from '../../../src/core/log-event.ts'

/** A sound INFO event; what is given replaces parts of it. */
export function logEvent(parts: Partial<LogEvent> = {}): LogEvent {
  return {
    level: 'INFO',
    event: 'course_synced',
    task_id: 'task-1',
    user_id: 42,
    fields: { course_id: '101', created: 2, updated: 23 },
    message: 'Course 101 was synced.',
    ...parts,
  }
}
