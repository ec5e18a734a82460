import { deletionsAllowed } from '../../src/core/deletion-brake.ts'
import { noEntityCounts, type EntityCounts } from '../../src/core/synced-entity.ts'
import type { CompletedListing, CompleteListingOptions, Listing } from '../../src/store/synced-data-store.ts'

export interface ModelRow {
  readonly id: string
  listed_by: string
  hash: string
  first_seen_at: number
  last_seen_at: number
  deleted_at: number | null
}

interface ModelList {
  last_complete_at: number | null
  previous_complete_at: number | null
  row_count: number | null
  deletions_held: number
}

/** The rules of the synced data in plain objects: what a store must do, without any SQL. */
export class SyncedRowModel {
  readonly rows: Map<string, ModelRow> = new Map()
  readonly #lists = new Map<string, ModelList>()

  list(listed_by: string): ModelList {
    const known = this.#lists.get(listed_by)
    if (known !== undefined) return known
    const fresh: ModelList = {
      last_complete_at: null,
      previous_complete_at: null,
      row_count: null,
      deletions_held: 0,
    }
    this.#lists.set(listed_by, fresh)
    return fresh
  }

  apply(listing: Listing, shown: readonly { id: string; hash: string }[]): EntityCounts {
    const counts = noEntityCounts()
    const last = new Map(shown.map((row) => [row.id, row.hash]))
    counts.duplicates = shown.length - last.size
    for (const [id, hash] of last) {
      if (this.#knownLater(listing, id)) {
        counts.unchanged++
        continue
      }
      const before = this.rows.get(id)?.hash.split('.')[1]
      if (hash.split('.')[1] !== before) counts.regraded++
      counts[this.#applyOne(listing, id, hash)]++
    }
    counts.processed = counts.created + counts.updated + counts.unchanged
    return counts
  }

  /** A listing of the same list that began later has shown the row, or deleted it. */
  #knownLater({ listed_by, listing_at }: Listing, id: string): boolean {
    const row = this.rows.get(id)
    if (row?.listed_by !== listed_by) return false
    return row.last_seen_at > listing_at || (row.deleted_at ?? 0) > listing_at
  }

  #applyOne(listing: Listing, id: string, hash: string): 'created' | 'updated' | 'unchanged' | 'duplicates' {
    const { listed_by, listing_at } = listing
    const row = this.rows.get(id)
    if (row === undefined) {
      const seen = { first_seen_at: listing_at, last_seen_at: listing_at, deleted_at: null }
      this.rows.set(id, { id, listed_by, hash, ...seen })
      return 'created'
    }
    const same_list = row.listed_by === listed_by
    const again = same_list && row.last_seen_at === listing_at
    const same = row.hash === hash && row.deleted_at === null
    row.last_seen_at = listing_at
    row.listed_by = listed_by
    row.hash = hash
    row.deleted_at = null
    if (again) return 'duplicates'
    return same ? 'unchanged' : 'updated'
  }

  complete(listing: Listing, deletions: CompleteListingOptions['deletions']): CompletedListing {
    const at = listing.listing_at
    const rows = [...this.rows.values()].filter((row) => row.listed_by === listing.listed_by)
    const live = rows.filter((row) => row.deleted_at === null)
    const missing = live.filter((row) => row.last_seen_at < at)
    const live_before = live.filter((row) => row.first_seen_at < at).length
    const seen = rows.filter((row) => row.last_seen_at >= at).length
    const list = this.list(listing.listed_by)
    // A later listing was completed already: this one knows nothing newer.
    if ((list.last_complete_at ?? 0) >= at) return { deleted: 0, held: 0, live_before, seen }
    const before = list.last_complete_at ?? 0
    const twice = missing.filter((row) => row.last_seen_at < before)
    const allowed = deletions === 'accept' || deletionsAllowed({ live: live_before, missing: missing.length })
    const gone = deletions === 'never' || !allowed ? [] : twice
    for (const row of gone) row.deleted_at = at
    const held = deletions === 'never' || allowed ? 0 : missing.length
    list.previous_complete_at = list.last_complete_at
    list.last_complete_at = at
    list.row_count = seen
    list.deletions_held = held
    return { deleted: gone.length, held, live_before, seen }
  }
}
