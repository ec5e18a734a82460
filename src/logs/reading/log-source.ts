import type { LogStream } from '../../core/log-event.ts'

/**
 * `live` and `rotated` are plain files, read at any place; `gzip` (a rotated file that someone compressed) and
 * `archive` (a tar.gz of clean-up) can only be read from their start.
 */
export type SourceKind = 'live' | 'rotated' | 'gzip' | 'archive'

/** One file that holds lines of a stream, as it was when the folder was listed. */
export interface LogSource {
  readonly stream: LogStream
  readonly kind: SourceKind
  /** Relative to the log folder, with `/`: `archives/operations_20261120_020000.tar.gz`. */
  readonly name: string
  readonly path: string
  /** As stored: compressed for `gzip` and `archive`. */
  readonly size_bytes: number
  readonly modified_ms: number
  /**
   * Device, inode and time of birth. With it, what was listed is still found after it was rotated or archived; without it, the path
   * is taken as it is.
   */
  readonly file_id?: string
  /** The open file, read instead of the path; whoever listed the source says for how long: see `SourceHold`. */
  readonly descriptor?: number
}

/** Whole lines of a source; the bytes are valid until the next block is asked for. */
export interface LineBlock {
  readonly bytes: Uint8Array
  /** Where the first byte stands in the source's content (decompressed; of an archive, of all members in turn). */
  readonly offset: number
}

/** Which bytes of a source's content, by line starts: the first line that starts at or after `from`, and all that
 * start before `to`. */
export interface ByteRange {
  readonly from?: number
  readonly to?: number
}
