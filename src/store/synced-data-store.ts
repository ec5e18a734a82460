import type { EntityCounts, SyncedEntity } from '../core/synced-entity.ts'

export interface Source {
  readonly id: number
  readonly base_url: string
  /** Canvas's id of the token's owner. */
  readonly canvas_user_id: string
}

export type ColumnValue = string | number | null

/** One object of Canvas, ready for its table. `values` are in the order of the entity's columns. */
export interface SyncedRow {
  readonly id: string
  readonly values: readonly ColumnValue[]
  /** The whole object as JSON. */
  readonly data: string
  /**
   * What changes when the object does; behind a `~`, what changes when the rows it drives do; behind a dot, what
   * changes when its grade does.
   */
  readonly content_hash: string
}

/** The list that rows come from: an entity of one course, or the terms or courses of `self` or an account. */
export interface ListingScope {
  readonly source_id: number
  readonly entity: SyncedEntity
  /** A course id, `self`, `account:ID`, or `course:ID` for a course read by its id. */
  readonly listed_by: string
}

/**
 * One pass over a list, or over several pages of it. Its time marks every row that it shows; no two listings of
 * one scope have the same, whatever the wall clock does.
 */
export interface Listing extends ListingScope {
  /** Epoch milliseconds. */
  readonly listing_at: number
}

/** The last state of a list: what freshness is computed from. Times are epoch milliseconds. */
export interface ListingState extends ListingScope {
  readonly last_listing_at: number
  readonly last_complete_at: number | null
  readonly previous_complete_at: number | null
  /**
   * Changes that Canvas dates up to this time have been read, fully or incrementally. Null before the first whole
   * read, and since a list that drives this one changed: then only a whole read shows all.
   */
  readonly read_through_at: number | null
  readonly row_count: number | null
  readonly deletions_held: number
  /** Whether the last complete read was the one after which nothing is expected to change. */
  readonly final: boolean
}

export interface ApplyRowsOptions {
  /**
   * False for rows that come from elsewhere than the list that would miss them, such as a course read by its id:
   * known rows then stay with their list. Default true.
   */
  readonly from_list?: boolean
}

export interface CompletedListing {
  readonly deleted: number
  readonly held: number
  /** Rows of the scope that were live before this listing was completed. */
  readonly live_before: number
  /** Rows that this listing showed. */
  readonly seen: number
}

export interface CompleteListingOptions {
  /** When the read began by the wall clock, epoch milliseconds: changes up to then are known. */
  readonly read_through_at: number
  /** `never` when the list may hide rows that still exist (a concluded course), `accept` to lift the brake. */
  readonly deletions: 'brake' | 'accept' | 'never'
  /** The last read of a list that will not change any more: its course is concluded. Default false. */
  readonly final?: boolean
}

export interface Checkpoint {
  readonly course_id: string
  readonly sync_id: number
  readonly saved_at: number
}

/** The synced tables and the bookkeeping of how they were read. */
export interface SyncedDataStore {
  openSource(base_url: string, canvas_user_id: string, at: number): Promise<Source>
  listSources(): Promise<Source[]>

  /** Starts a pass over a list. */
  beginListing(scope: ListingScope, at: number): Promise<Listing>
  /**
   * Writes rows of a listing in one transaction: created, updated (the hash differs, or the row was deleted),
   * or unchanged. A row shown twice, in one call or in several, counts once. A row that is new, back, or has
   * another `~` part voids `read_through_at` of the list that it drives, in the same transaction. A row that a listing of
   * the same list showed or deleted which began later stays as that left it, and counts as unchanged.
   */
  applyRows(listing: Listing, rows: readonly SyncedRow[], options?: ApplyRowsOptions): Promise<EntityCounts>
  /** Marks rows that a list shows without their content as seen; ids that are not known are left out. */
  markSeen(listing: Listing, ids: readonly string[]): Promise<void>
  /**
   * Declares that the listing was read to its end: rows that neither this nor the previous complete listing
   * showed are marked deleted, unless the brake holds them (`deletionsAllowed`).
   */
  completeListing(listing: Listing, options: CompleteListingOptions): Promise<CompletedListing>
  /**
   * Declares that all dated changes up to `read_through_at` are known, without the list having been read whole;
   * nothing happens when that was made void meanwhile.
   */
  completeIncremental(listing: Listing, read_through_at: number): Promise<void>
  getListing(scope: ListingScope): Promise<ListingState | null>
  listListings(source_id: number): Promise<ListingState[]>
  /** Live rows of a scope. */
  countRows(scope: ListingScope): Promise<number>
  /** Ids of the live rows of a scope, ascending as text; for scopes of bounded size (courses, assignments). */
  listRowIds(scope: ListingScope): Promise<string[]>

  saveCheckpoint(source_id: number, scope: string, checkpoint: Checkpoint): Promise<void>
  listCheckpoints(source_id: number, scope: string): Promise<Checkpoint[]>
  clearCheckpoints(source_id: number, scope: string): Promise<void>
}
