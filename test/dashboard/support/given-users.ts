import type { SyncErrorType } from '../../../src/core/error-types.ts'
import { noCounters } from '../../../src/core/sync-record.ts'
import type { Store } from '../../../src/store/store.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { syncFinish, syncStart } from '../../support/sync-factory.ts'

const HOUR_MS = 3_600_000
/** Ids as applications have them. */
export const STRANGE_IDS: readonly string[] = ['a/b', 'a%2Fb', `"quoted" <b>'user'`, '名前 😀']

export interface GivenUsers {
  /** Whose token is refused since three syncs. */
  readonly refused: string
  /** Whose newest sync completed. */
  readonly well: string
}

/** Some users with a year of syncs, one of them in trouble, and sources that they have read. */
export async function giveUsers({ syncs, data }: Store, now: number): Promise<GivenUsers> {
  const random = seededRandom(31)
  const give = async (
    user_id: string,
    started_at: number,
    error_type: SyncErrorType | null,
    partial = false,
  ): Promise<number> => {
    const id = await syncs.startSync(syncStart(`${user_id} ${started_at}`, { user_id, started_at }))
    const duration_ms = Math.round(60_000 + random() * 240_000)
    const counters = { ...noCounters(), api_calls_made: 40, api_calls_failed: error_type === null ? 0 : 40 }
    await syncs.finishSync(
      id,
      syncFinish({
        status: error_type === null ? (partial ? 'partial' : 'completed') : 'failed',
        error_type: partial ? 'forbidden' : error_type,
        error_message: error_type === null ? null : 'Canvas refused the token: it has expired.',
        finished_at: started_at + duration_ms,
        duration_ms,
        counters,
      }),
    )
    return id
  }
  const given: Promise<unknown>[] = []
  for (let run = 0; run < 300; run++) {
    const at = now - (run + 1) * 26 * HOUR_MS - Math.floor(random() * HOUR_MS)
    const error = run < 3 ? 'token_expired' : run % 23 === 0 ? 'timeout' : null
    given.push(give('42', at, error, run % 17 === 5))
  }
  for (let run = 0; run < 40; run++) given.push(give('anna', now - (run + 1) * 6 * HOUR_MS, null))
  for (const [index, user_id] of STRANGE_IDS.entries()) {
    given.push(give(user_id, now - (index + 2) * 24 * HOUR_MS, index === 0 ? 'network' : null))
  }
  await Promise.all(given)
  const { id: source_id } = await data.openSource('https://canvas.example.edu', '4711', now)
  const reader = await give('42', now - 100 * HOUR_MS, null)
  await syncs.saveSource(reader, source_id, 'all')
  const other = await syncs.startSync(syncStart('reads', { user_id: '42', started_at: now - 99 * HOUR_MS }))
  await syncs.saveSource(other, source_id, 'all')
  await syncs.finishSync(other, syncFinish({ finished_at: now - 98.9 * HOUR_MS }))
  for (const [listed_by, hours] of [
    ['101', 1],
    ['102', 50],
  ] as const) {
    const at = now - hours * HOUR_MS
    const listing = await data.beginListing({ source_id, entity: 'submissions', listed_by }, at)
    await data.completeListing(listing, { read_through_at: at, deletions: 'accept' })
  }
  return { refused: '42', well: 'anna' }
}
