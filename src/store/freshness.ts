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
  readonly row_count: number | null
  readonly deletions_held: number
}

export interface FreshnessPlace {
  readonly last_complete_at: number | null
  readonly source_id: number
  readonly entity: string
  readonly listed_by: string
}

export interface FreshnessQuery {
  readonly source_id?: number
  readonly course_id?: string
  readonly entity?: string
  /** Only lists whose last complete read is older than this; those never read completely are. */
  readonly complete_before?: number
  readonly limit: number
  readonly after: FreshnessPlace | null
}

export interface FreshnessPage {
  readonly rows: readonly FreshnessRow[]
  readonly next: FreshnessPlace | null
}

/** Reads only. */
export interface Freshness {
  /** The stalest first: never read completely, then by age. */
  page(query: FreshnessQuery): Promise<FreshnessPage>
}
