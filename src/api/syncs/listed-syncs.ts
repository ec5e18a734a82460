import { maySee, type Caller } from '../../core/access.ts'
import type { SyncCondition } from '../../store/sync-lists.ts'
import { otherUsers } from '../access/refusals.ts'
import type { Answer } from '../http/answer.ts'
import type { ApiServices } from '../services.ts'
import { conditionOf, type SyncListFilters } from './list-parameters.ts'
import { seenBy } from './sync-records.ts'

/** Which syncs the filters mean at this moment, of those that the caller may see; or why there is no answer. */
export function listedSyncs(
  filters: SyncListFilters,
  { clock, log_reading }: Pick<ApiServices, 'clock' | 'log_reading'>,
  caller: Caller,
): { condition: SyncCondition } | { refused: Answer } {
  if (filters.user_id !== undefined && !maySee(caller, filters.user_id))
    return { refused: otherUsers(caller) }
  const meant = conditionOf(filters, { now_ms: clock.now(), zone: log_reading.zone })
  return 'refused' in meant ? meant : { condition: { ...seenBy(caller), ...meant.condition } }
}
