import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'

/** What a first page, asked for again, means for the pages that are shown. */
export interface JoinedHead {
  /** How many of it are not shown yet. */
  readonly fresh: number
  /** More came than a page holds: what is between is not known, so the list begins again. */
  readonly begins_again: boolean
  /** The pages with the new ones in their places, and without those that are no longer in the list. */
  readonly pages: readonly SyncListPage[]
}

/** @param sort as in the address; null for the newest first */
export function joinHead(
  pages: readonly SyncListPage[],
  head: SyncListPage,
  sort: string | null,
): JoinedHead {
  const shown = new Set(pages.flatMap(({ syncs }) => syncs.map(({ id }) => id)))
  const fresh = head.syncs.filter(({ id }) => !shown.has(id)).length
  if (head.next_cursor === null) return { fresh, begins_again: false, pages: [head] }
  const last = head.syncs.at(-1)
  const top = pages.find(({ syncs }) => syncs.length > 0)?.syncs[0]
  // It was looked through in vain so far: nothing is known of what follows.
  if (last === undefined) return { fresh, begins_again: false, pages }
  if (top === undefined || isAfter(top, last, sort)) return { fresh, begins_again: true, pages: [head] }
  const in_head = new Set(head.syncs.map(({ id }) => id))
  const rest = pages.map((page) =>
    pageOf(
      page,
      page.syncs.filter((each) => !in_head.has(each.id) && isAfter(each, last, sort)),
    ),
  )
  const [first, ...others] = rest
  if (first === undefined) return { fresh, begins_again: true, pages: [head] }
  return {
    fresh,
    begins_again: false,
    pages: [pageOf(first, [...head.syncs, ...first.syncs]), ...others],
  }
}

const pageOf = (page: SyncListPage, syncs: readonly SyncRecord[]): SyncListPage => ({
  ...page,
  syncs,
  count: syncs.length,
})

function isAfter(one: SyncRecord, other: SyncRecord, sort: string | null): boolean {
  const by_duration = sort === 'longest' || sort === 'shortest'
  const placeOf = ({ sync_start_time, total_duration_seconds }: SyncRecord): number =>
    by_duration ? (total_duration_seconds ?? 0) : Date.parse(sync_start_time)
  const difference = placeOf(one) - placeOf(other) || one.id - other.id
  return sort === 'oldest' || sort === 'shortest' ? difference > 0 : difference < 0
}
