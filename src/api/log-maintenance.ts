/** A file of the log folder. Sizes are binary megabytes (1,048,576 bytes), times ISO 8601 UTC. */
export interface LogFile {
  readonly name: string
  readonly size_mb: number
  readonly modified: string
}

export interface LogArchive {
  readonly name: string
  readonly size_mb: number
  readonly created: string
}

/** The answer of `/logs/cleanup-status`, under the names of the earlier system. */
export interface LogStatus {
  readonly timestamp: string
  readonly log_files: readonly LogFile[]
  readonly archives: readonly LogArchive[]
  readonly total_log_size_mb: number
  readonly total_archive_size_mb: number
}

export interface CleanupOptions {
  /** Lines that a live file keeps. */
  readonly max_lines: number
  /** Age in days from which rotated files are archived. */
  readonly archive_days: number
  /** Age in days from which archives are deleted. */
  readonly delete_days: number
}

export interface CleanupStart {
  /** False when a clean-up was running already; `task_id` is then that one's. */
  readonly started: boolean
  readonly task_id: string
}

export interface DirectoryHealth {
  readonly ok: boolean
  /** One sentence for people when it is not. */
  readonly message: string | null
}

/** The log folder as the API sees it. */
export interface LogMaintenance {
  status(): Promise<LogStatus>
  /** Starts a clean-up and returns without waiting for its end. */
  startCleanup(options: CleanupOptions): Promise<CleanupStart>
  /** Whether the log folder exists and can be written. */
  directoryHealth(): Promise<DirectoryHealth>
}
