/** What a reader passed over, and the files that it could not read or not to their end. */
export interface SkippedLines {
  /** In no form that is known. */
  readonly malformed_lines: number
  /** Lines of ours that were in another file too, with the same writer, seq and timestamp. */
  readonly duplicate_lines: number
  /** Empty, or spaces only: what a killed writer leaves is overwritten with spaces. */
  readonly blank_lines: number
  /** Of Python tracebacks behind their error line. */
  readonly continuation_lines: number
  readonly unreadable_sources: readonly UnreadableSource[]
}

export interface UnreadableSource {
  /** Relative to the log folder. */
  readonly source: string
  readonly reason: string
}

export class SkippedCounter {
  malformed_lines = 0
  duplicate_lines = 0
  blank_lines = 0
  continuation_lines = 0
  readonly #unreadable = new Map<string, string>()

  /** A file is told once, however often it fails. */
  addUnreadable(source: string, reason: string): void {
    if (!this.#unreadable.has(source)) this.#unreadable.set(source, reason)
  }

  get total(): SkippedLines {
    const { malformed_lines, duplicate_lines, blank_lines, continuation_lines } = this
    const unreadable_sources = [...this.#unreadable].map(([source, reason]) => ({ source, reason }))
    return { malformed_lines, duplicate_lines, blank_lines, continuation_lines, unreadable_sources }
  }
}
