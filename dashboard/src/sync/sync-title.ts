import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { percentText } from '../parts/number-text.ts'
import { statusWords } from '../parts/status-mark.tsx'
import { whoseOf } from '../parts/sync-words.ts'

/** What became of a sync, or how far it is, as the first word that its tab shows. */
export function syncTitle(sync: SyncRecord): string {
  const { percent } = sync.progress
  const state =
    sync.sync_status === 'in_progress' && percent !== null
      ? percentText(percent)
      : statusWords(sync.sync_status)
  return `${state} · ${whoseOf(sync)}`
}
