/** What the database says of itself. */
export interface DatabaseFacts {
  readonly engine: 'sqlite' | 'postgres'
  readonly version: string
  /** Without the write-ahead log. */
  readonly size_bytes: number
  /** Of SQLite: the file beside the database that takes the newest writes; else null. */
  readonly write_ahead_bytes: number | null
  /** Of SQLite: space inside the file that new rows will use; else null. */
  readonly reusable_bytes: number | null
  /** Of PostgreSQL: open connections to this database, and the most that the server takes; else null. */
  readonly connections: number | null
  readonly connections_most: number | null
}

/** How many rows a table has: counted, about so many, or so many and more. */
export type RowCertainty = 'exact' | 'about' | 'at_least'

export interface TableFacts {
  readonly table: string
  readonly rows: number
  readonly certainty: RowCertainty
  /** With its indexes; null where the engine cannot tell without reading all of it. */
  readonly bytes: number | null
}

export interface MigrationFacts {
  readonly version: number
  readonly name: string
  /** Epoch milliseconds. */
  readonly applied_at: number
}

/** What a job of the night did last. Times are epoch milliseconds. */
export interface JobFacts {
  readonly job: string
  readonly running: boolean
  /** The night that it was done for: `2026-11-23T03:00 Europe/Zurich`; null before the first. */
  readonly done_for: string | null
  readonly done_at: number | null
  /** JSON. */
  readonly report: string | null
}

/** How large everything was at one time, on one host. */
export interface SizeSample {
  readonly host: string
  /** Epoch milliseconds. */
  readonly measured_at: number
  readonly database_bytes: number
  /** About how many syncs the database held. */
  readonly sync_rows: number
  readonly log_bytes: number
  readonly archive_bytes: number
}

/** The database as its operator sees it; every answer costs the same however many rows there are. */
export interface SystemStore {
  database(): Promise<DatabaseFacts>
  tables(): Promise<TableFacts[]>
  /** Oldest first. */
  migrations(): Promise<MigrationFacts[]>
  jobs(now: number): Promise<JobFacts[]>
  /** About how many syncs there are. */
  syncRows(): Promise<number>
  /** Keeps a sample instead of an earlier one of the same host and time, and deletes those from before a time. */
  addSizes(sample: SizeSample, forget_before: number): Promise<void>
  /** Oldest first; of very many, the newest. */
  listSizes(since: number): Promise<SizeSample[]>
}
