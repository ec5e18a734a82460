import type { SyncRecord } from '../../../src/core/sync-record.ts'

/** What a sync is called where there is room for a few words: its type and whose it is. */
export function whoseOf({ sync_type, user_id, target_course_id }: SyncRecord): string {
  const course = target_course_id === null ? '' : ` of course ${target_course_id}`
  const user = user_id === null ? '' : ` for user ${user_id}`
  return `${sync_type}${course}${user}`
}
