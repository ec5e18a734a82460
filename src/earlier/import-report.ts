import type { SyncStatus } from '../core/sync-status.ts'
import type { SourceNote } from './earlier-source.ts'
import type { LogImportReport } from './logs/log-import-report.ts'
import type { Correction, Refusal } from './rows/read-row.ts'

/** Rows that have something in common; of many, the keys of the first. Never what they hold. */
export interface NotedRows<Reason extends string> {
  readonly reason: Reason
  readonly rows: number
  readonly keys: readonly string[]
}

export interface ImportReport {
  readonly from: {
    readonly kind: 'sqlite' | 'postgres' | 'dump'
    readonly place: string
    readonly table: string
  }
  readonly system: string
  readonly dry_run: boolean
  /** False when it was interrupted: run again, it goes on. */
  readonly complete: boolean
  readonly rows: {
    readonly read: number
    readonly imported: number
    readonly updated: number
    readonly unchanged: number
    /** The monitor has recorded the sync itself. */
    readonly tracked: number
    /** Were imported before and were deleted here since: they stay so. */
    readonly deleted: number
    /** In progress, and young enough to be so. */
    readonly still_running: number
    readonly refused: number
  }
  readonly refused: readonly NotedRows<Refusal>[]
  readonly corrected: readonly NotedRows<Correction>[]
  /** Of the imported rows, those that have the id they had; and those whose task id another row had. */
  readonly kept_ids: number
  readonly renamed: number
  /** Of all rows that were understood. */
  readonly statuses: Readonly<Partial<Record<SyncStatus, number>>>
  /** Starts of the first and the last of them, ISO 8601; null without any. */
  readonly range: { readonly first: string; readonly last: string } | null
  readonly columns: {
    readonly renamed: readonly { readonly column: string; readonly as: string }[]
    readonly unknown: readonly string[]
    readonly kept: readonly string[]
    readonly missing: readonly string[]
  }
  readonly notes: readonly SourceNote[]
  /** Rows that start more than a day from now. */
  readonly in_the_future: number
  /** Rows older than syncs are kept here; null when they are kept for ever. */
  readonly older_than_kept: { readonly days: number; readonly rows: number } | null
  readonly duration_ms: number
  /** Null when no logs were asked for. */
  readonly logs: LogImportReport | null
}

const MOST_KEYS = 20

/** Counts rows by a reason. */
export class RowNotes<Reason extends string> {
  readonly #notes = new Map<Reason, { rows: number; keys: string[] }>()

  add(reason: Reason, key: string | null): void {
    let note = this.#notes.get(reason)
    if (note === undefined) this.#notes.set(reason, (note = { rows: 0, keys: [] }))
    note.rows++
    if (key !== null && note.keys.length < MOST_KEYS) note.keys.push(key.slice(0, 80))
  }

  /** Those of most rows first. */
  list(): NotedRows<Reason>[] {
    return [...this.#notes]
      .map(([reason, note]) => ({ reason, ...note }))
      .sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1))
  }

  rows(reason: Reason): number {
    return this.#notes.get(reason)?.rows ?? 0
  }
}
