import type { Caller } from '../../core/access.ts'
import type { SyncCondition, SyncLists, SyncPlace } from '../../store/sync-lists.ts'
import { joinedArrays } from '../http/json-bytes.ts'

export interface SyncRecords {
  readonly count: number
  /** A JSON array of sync records, UTF-8. */
  readonly records: Uint8Array
}

/** The newest syncs, as many as the limit lets through: however many pages it takes. */
export async function newestRecords(
  lists: SyncLists,
  condition: SyncCondition,
  limit: number,
): Promise<SyncRecords> {
  const pages: Uint8Array[] = []
  let count = 0
  let after: SyncPlace | null = null
  do {
    const page = await lists.recordPage({ condition, sort: 'newest', limit: limit - count, after })
    pages.push(page.records)
    count += page.count
    after = page.next
  } while (after !== null && count < limit)
  return { count, records: joinedArrays(pages) }
}

/** Only what the caller may see. */
export function seenBy({ users }: Pick<Caller, 'users'>): Pick<SyncCondition, 'user_ids'> {
  return users === null ? {} : { user_ids: users }
}
