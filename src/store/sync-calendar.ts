/** The syncs that started in one stretch of time, by how they ended. */
export interface DayCounts {
  readonly syncs: number
  readonly completed: number
  readonly partial: number
  /** `failed`, `lost` and `timed_out`. */
  readonly failed: number
  readonly cancelled: number
  readonly in_progress: number
}

export interface CalendarQuery {
  /**
   * Where each day starts and the last one ends, epoch milliseconds, ascending; multiples of 5 minutes, an hour or
   * more apart. At least two. Days need not be of 24 hours.
   */
  readonly bounds: readonly number[]
  /** Only syncs of these users; those of all when it is not given. */
  readonly user_ids?: readonly string[]
}

export interface CalendarCounts {
  /** One for each day. */
  readonly days: readonly DayCounts[]
  /**
   * The start of the first day that is counted; null when all are. Syncs of single users are counted from their rows, of
   * which old ones are deleted and too many are not counted.
   */
  readonly counted_from: number | null
}

/** Syncs by days of whatever zone. Reads only; the cost does not grow with the number of all syncs. */
export interface SyncCalendar {
  days(query: CalendarQuery): Promise<CalendarCounts>
}
