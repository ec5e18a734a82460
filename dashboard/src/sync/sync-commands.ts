import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { BASE } from '../data/api-client.ts'
import { BASE_PATH } from '../parts/base-path.ts'

/** As one word of a shell, whatever stands in it. */
export const shellText = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** What can be taken along of a sync. */
export interface SyncCopy {
  readonly words: string
  readonly text: string
}

/** @param here the address of the page */
export function syncCopies(
  { id, sync_task_id }: Pick<SyncRecord, 'id' | 'sync_task_id'>,
  here: URL,
): SyncCopy[] {
  const api = `${here.origin}${BASE}/sync/${id}`
  return [
    { words: 'Link', text: `${here.origin}${BASE_PATH}/syncs/${id}` },
    { words: 'Task id', text: sync_task_id },
    { words: 'curl', text: `curl -s ${api}` },
    { words: 'curl with a token', text: `curl -s -H "Authorization: Bearer $CANVAS_SYNC_TOKEN" ${api}` },
    { words: 'Command', text: `canvas-sync-monitor syncs show ${id}` },
    { words: 'Its log lines', text: `canvas-sync-monitor logs search --task ${shellText(sync_task_id)}` },
  ]
}
