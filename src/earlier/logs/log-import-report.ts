import type { LogForm } from '../../core/log-entry.ts'
import type { LogStream } from '../../core/log-event.ts'

export interface LogImportReport {
  readonly directory: string
  readonly files: {
    readonly read: number
    readonly imported: number
    /** Whole in the archives already. */
    readonly unchanged: number
    readonly unreadable: readonly string[]
  }
  /** Of what was new. */
  readonly lines: number
  readonly by_stream: Readonly<Partial<Record<LogStream, number>>>
  readonly by_form: Readonly<Partial<Record<LogForm, number>>>
  /** Lines of tracebacks, which belong to the line before them. */
  readonly continuations: number
  readonly unreadable_lines: number
  /** First and last day, UTC; null without any line that has a time. */
  readonly days: { readonly first: string; readonly last: string; readonly count: number } | null
}
