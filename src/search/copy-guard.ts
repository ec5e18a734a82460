import type { LogEntry } from '../core/log-entry.ts'
import type { LogStream } from '../core/log-event.ts'
import { parseLogLine } from '../logs/reading/parse-line.ts'
import { readBlocks } from '../logs/reading/read-blocks.ts'
import { UnreadableSourceError } from '../logs/reading/unreadable-source.ts'
import type { SourceRange } from './stream-chain.ts'
import { LONGEST_WRITER, MOST_GIVEN, type WriterMark } from './tail-place.ts'

/** Every process has its own; those that were silent longest are forgotten. */
const MOST_WRITERS = 4096

/**
 * Knows lines that a writer wrote twice because its file was rotated meanwhile. A writer numbers its lines in order, so
 * that of each only the last is kept.
 */
export class CopyGuard {
  readonly #last = new Map<string, { readonly seq: number; readonly timestamp_ms: number }>()
  #newest: readonly WriterMark[] = []

  /** All writers with their last lines; null when they are too many to tell. */
  get all(): readonly WriterMark[] | null {
    return this.#last.size === this.#newest.length ? this.#newest : null
  }

  /** Takes up what was given before. */
  know(marks: readonly WriterMark[]): void {
    for (const { writer, seq, timestamp_ms } of marks) this.#keep(writer, seq, timestamp_ms)
  }

  /** Takes up the lines of some sources; what cannot be read is left out. */
  async learn(ranges: readonly SourceRange[], stream: LogStream): Promise<void> {
    for (const { source, from, to } of ranges) {
      try {
        for await (const { bytes } of readBlocks(source, { from, to })) {
          for (const line of Buffer.from(bytes).toString().split('\n')) {
            const entry = line === '' ? undefined : parseLogLine(line, stream)
            if (entry) this.isCopy(entry)
          }
        }
      } catch (error) {
        if (!(error instanceof UnreadableSourceError)) throw error
      }
    }
  }

  /** Whether the line was here before; if not, it is from now on. */
  isCopy({ writer, seq, timestamp_ms }: LogEntry): boolean {
    if (writer === null || seq === null) return false
    const last = this.#last.get(writer)
    // A number that is lower and later is of another process that took the same name.
    if (last && seq <= last.seq && timestamp_ms <= last.timestamp_ms) return true
    this.#keep(writer, seq, timestamp_ms)
    return false
  }

  #keep(writer: string, seq: number, timestamp_ms: number): void {
    const others = this.#newest.filter((other) => other.writer !== writer)
    const told = writer.length > LONGEST_WRITER ? others : [...others, { writer, seq, timestamp_ms }]
    this.#newest = told.slice(-MOST_GIVEN)
    this.#last.delete(writer)
    this.#last.set(writer, { seq, timestamp_ms })
    if (this.#last.size > MOST_WRITERS) {
      for (const oldest of this.#last.keys()) {
        this.#last.delete(oldest)
        break
      }
    }
  }
}
