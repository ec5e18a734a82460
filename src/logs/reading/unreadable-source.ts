import { MonitorError, systemErrorCode } from '../../core/errors.ts'

/** A file of the log folder that cannot be read, or not to its end. */
export class UnreadableSourceError extends MonitorError {
  /** As `LogSource.name`. */
  readonly source: string
  /** A few words for people: `its compressed data is damaged`. */
  readonly reason: string

  constructor(source: string, reason: string, cause?: unknown) {
    super('log_unreadable', `${source} cannot be read: ${reason}.`, {
      cause,
      next_step:
        'Its other lines and all other files are read; restore the file or its rights if they matter.',
    })
    this.name = 'UnreadableSourceError'
    this.source = source
    this.reason = reason
  }
}

/** Whatever opening or reading a source threw, as an error that can be told to people. */
export function unreadable(source: string, error: unknown): UnreadableSourceError {
  if (error instanceof UnreadableSourceError) return error
  return new UnreadableSourceError(source, reasonOf(error), error)
}

function reasonOf(error: unknown): string {
  const code = systemErrorCode(error)
  if (code === 'ENOENT') return 'it was deleted after the folder was listed'
  if (code === 'ELOOP') return 'it is a symbolic link, which is refused'
  if (code === 'EINVAL') return 'it is no regular file'
  if (code === 'EACCES' || code === 'EPERM') return `there is no permission to read it (${code})`
  if (code === 'EISDIR') return 'it is a folder'
  if (code?.startsWith('Z_') === true) return `its compressed data is damaged (${code})`
  if (code !== undefined) return `the system reports ${code}`
  return error instanceof Error ? `it is damaged: ${error.message}` : 'it is damaged'
}
