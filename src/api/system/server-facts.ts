/** One value that the server goes by, as it may be shown to who administers it. */
export interface Setting {
  readonly name: string
  /** As text; never a token, and addresses without a password. */
  readonly value: string
  /** `default`, or where it was set: a flag, a variable of the environment, a file. */
  readonly from: string
}

/** How long rows are kept, and when old ones are deleted. */
export interface RetentionFacts {
  readonly sync_days: number
  readonly change_days: number
  readonly audit_days: number
  readonly event_id_days: number
  /** Local time of day, `HH:MM`. */
  readonly at: string
  /** IANA name. */
  readonly time_zone: string
}

/** What the server itself knows of how it was started. */
export interface ServerFacts {
  /** Epoch milliseconds. */
  readonly started_at: number
  /** `sqlite:PATH`, or a URL without its password. */
  readonly database: string
  readonly log_directory: string
  /** Null when old rows are never deleted by themselves. */
  readonly retention: RetentionFacts | null
  readonly settings: readonly Setting[]
}
