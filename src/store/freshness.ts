/** How old what is known of one list is. Times are epoch milliseconds. */
export interface FreshnessRow {
  readonly source_id: number
  readonly base_url: string
  readonly canvas_user_id: string
  readonly entity: string
  /** What the list belongs to: a course's id for what hangs on a course. */
  readonly listed_by: string
  /** The last complete read; null when there was none. */
  readonly last_complete_at: number | null
  /** The last time a read of it began. */
  readonly last_listing_at: number
  /** Changes that Canvas dates up to then are known, from complete or incremental reads; null when that is not known. */
  readonly read_through_at: number | null
  readonly row_count: number | null
  readonly deletions_held: number
  /** The last complete read was the one after which nothing is expected to change: its age says nothing. */
  readonly final: boolean
}

/** Where a page ended. */
export interface FreshnessPlace {
  /** The last complete read; 0 for none. */
  readonly complete_at: number
  readonly source_id: number
  readonly entity: string
  readonly listed_by: string
}

export interface FreshnessQuery {
  readonly source_id?: number
  /** Lists of this course, and the course itself where it was read by its id. */
  readonly course_id?: string
  readonly entity?: string
  readonly final?: boolean
  /** Only lists whose last complete read is older than this; those never read completely are. */
  readonly complete_before?: number
  /** Only sources that syncs of these users have read: nothing else says whose a source is. */
  readonly user_ids?: readonly string[]
  /** At least 1. */
  readonly limit: number
  readonly after: FreshnessPlace | null
}

export interface FreshnessPage {
  readonly rows: readonly FreshnessRow[]
  /** Null when there is no more; a page may be short, even empty, and still have a next one. */
  readonly next: FreshnessPlace | null
}

/** Reads only. */
export interface Freshness {
  /** The stalest first: never read completely, then by age. */
  page(query: FreshnessQuery): Promise<FreshnessPage>
}
