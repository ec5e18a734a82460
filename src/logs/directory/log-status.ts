import { listArchives, listStreamFiles } from './listing.ts'

export interface LogFile {
  readonly name: string
  /** Binary megabytes (1,048,576 bytes), to three decimals. */
  readonly size_mb: number
  /** ISO 8601 UTC with milliseconds. */
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

const MEBIBYTE = 1_048_576

/**
 * The files of the five streams and their archives, each newest first.
 * @throws system errors; a missing directory is an empty one
 */
export async function logStatus(directory: string, now_ms: number): Promise<LogStatus> {
  const [files, archives] = await Promise.all([listStreamFiles(directory), listArchives(directory)])
  return {
    timestamp: isoTime(now_ms),
    log_files: files.map(({ name, size_bytes, modified_ms }) => ({
      name,
      size_mb: megabytes(size_bytes),
      modified: isoTime(modified_ms),
    })),
    archives: archives.map(({ name, size_bytes, created_ms }) => ({
      name,
      size_mb: megabytes(size_bytes),
      created: isoTime(created_ms),
    })),
    total_log_size_mb: megabytes(sumOfSizes(files)),
    total_archive_size_mb: megabytes(sumOfSizes(archives)),
  }
}

function sumOfSizes(files: readonly { readonly size_bytes: number }[]): number {
  return files.reduce((total, { size_bytes }) => total + size_bytes, 0)
}

function megabytes(bytes: number): number {
  return Math.round((bytes / MEBIBYTE) * 1000) / 1000
}

function isoTime(epoch_ms: number): string {
  return new Date(epoch_ms).toISOString()
}
