import type { LogEntry } from '../core/log-entry.ts'
import type { LogStream } from '../core/log-event.ts'
import { parseLogLine } from '../logs/reading/parse-line.ts'
import { readBlocks } from '../logs/reading/read-blocks.ts'
import { UnreadableSourceError } from '../logs/reading/unreadable-source.ts'
import type { SourceRange } from './stream-chain.ts'

/** Every process has its own; those that were silent longest are forgotten. */
const MOST_WRITERS = 4096

/**
 * Knows lines that a writer wrote twice because its file was rotated meanwhile. A writer numbers its lines in order, so
 * that of each only the last is kept.
 */
export class CopyGuard {
  readonly #last = new Map<string, { readonly seq: number; readonly timestamp_ms: number }>()

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
    this.#last.delete(writer)
    this.#last.set(writer, { seq, timestamp_ms })
    if (this.#last.size > MOST_WRITERS) {
      for (const oldest of this.#last.keys()) {
        this.#last.delete(oldest)
        break
      }
    }
    return false
  }
}
