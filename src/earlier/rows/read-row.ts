import { hash } from 'node:crypto'
import type { SyncErrorType } from '../../core/error-types.ts'
import type { SyncStatus } from '../../core/sync-status.ts'
import type { LegacyZone } from '../../logs/reading/legacy-zone.ts'
import { redactText } from '../../logs/redact.ts'
import type { EarlierColumn, EarlierSync } from '../../store/earlier-sync.ts'
import type { ColumnMeaning, ColumnPlan } from './column-names.ts'
import { errorOf, messageOf, type EarlierError } from './earlier-error.ts'
import { metadataOf } from './earlier-metadata.ts'
import { statusOf } from './earlier-status.ts'
import { LAST_MS, timeOf } from './earlier-time.ts'
import { countOf, flagOf, idOf, numberOf, textOf, type SourceValue } from './earlier-value.ts'

/** Why a row is not taken over. */
export type Refusal =
  | 'start_missing'
  | 'start_unreadable'
  | 'status_missing'
  | 'status_unknown'
  | 'key_missing'
  | 'task_id_too_long'
  | 'user_id_too_long'
  | 'still_running'

/** What of a row is not as the earlier system had it. */
export type Correction =
  | 'in_progress_is_lost'
  | 'end_missing'
  | 'end_unreadable'
  | 'end_before_start'
  | 'duration_negative'
  | 'duration_unreadable'
  | 'count_negative'
  | 'count_unreadable'
  | 'task_id_missing'
  | 'metadata_unreadable'
  | 'metadata_too_long'
  | 'metadata_no_object'
  | 'message_replaced'

export type ReadRow =
  | { readonly kind: 'refused'; readonly reason: Refusal; readonly key: string | null }
  | {
      readonly kind: 'sync'
      readonly sync: EarlierSync
      readonly status: SyncStatus
      readonly start_ms: number
      readonly corrections: readonly Correction[]
    }

export interface RowRules {
  /** Of times that name none. */
  readonly zone: LegacyZone
  readonly keep_error_messages: boolean
  /** A sync in progress that started before this never ended; a younger one may still. Epoch milliseconds. */
  readonly lost_before: number
  /** Names of unknown columns that are kept with the metadata. */
  readonly kept_columns: ReadonlySet<string>
}

const LONGEST_ID = 255
/** Thirty years: more is no duration but a time, or one in other units. */
const LONGEST_DURATION_S = 1e9
/** Higher ids are of another kind (snowflakes), and ours would go on behind them. */
const HIGHEST_ID = 1_000_000_000_000

const COUNTS = [
  'courses_processed',
  'courses_created',
  'courses_updated',
  'assignments_processed',
  'assignments_created',
  'assignments_updated',
  'submissions_processed',
  'submissions_created',
  'submissions_updated',
  'grades_processed',
  'grades_updated',
  'api_calls_made',
  'api_calls_failed',
  'total_api_duration_ms',
  'api_rate_limit_hits',
  'db_operations',
  'db_duration_ms',
  'total_data_size_bytes',
] as const satisfies readonly EarlierColumn[]

const NEVER_ENDED = 'The earlier system never said how this sync ended.'

/** Reads rows of one table, one after the other. */
export class RowReader {
  readonly #plan: ColumnPlan
  readonly #rules: RowRules
  readonly #kept: readonly { readonly column: string; readonly place: number }[]

  constructor(plan: ColumnPlan, rules: RowRules) {
    this.#plan = plan
    this.#rules = rules
    this.#kept = plan.unknown.filter(({ column }) => rules.kept_columns.has(column))
  }

  read(row: readonly SourceValue[]): ReadRow {
    const at = (meaning: ColumnMeaning): SourceValue => {
      const place = this.#plan.places[meaning]
      return place === undefined ? null : row[place]
    }
    const own_task = idOf(at('sync_task_id'))
    const key = idOf(at('key')) ?? own_task
    const refuse = (reason: Refusal): ReadRow => ({ kind: 'refused', reason, key })
    if (key === null) return refuse('key_missing')
    const corrections: Correction[] = []
    if (own_task === null) corrections.push('task_id_missing')
    const task_id = own_task ?? `earlier-${key}`
    if (task_id.length > LONGEST_ID || key.length > LONGEST_ID) return refuse('task_id_too_long')
    const user_id = idOf(at('user_id'))
    if (user_id !== null && user_id.length > LONGEST_ID) return refuse('user_id_too_long')
    const start_ms = timeOf(at('sync_start_time'), this.#rules.zone)
    if (start_ms === null) return refuse('start_missing')
    if (start_ms === undefined) return refuse('start_unreadable')
    const message = messageOf(at('error_message'))
    const said = statusSaid(textOf(at('sync_status')), message)
    if (said === 'missing') return refuse('status_missing')
    if (said === 'unknown') return refuse('status_unknown')
    if (said === 'in_progress' && start_ms >= this.#rules.lost_before) return refuse('still_running')
    const status = said === 'in_progress' ? 'lost' : said
    if (said === 'in_progress') corrections.push('in_progress_is_lost')
    const { end_ms, duration } = this.#lasted(at, start_ms, said, corrections)
    const error = this.#error(said, status, message, corrections)
    const sync_type = textOf(at('sync_type'))
    const course_id = idOf(at('target_course_id'))
    const values: (string | number | null)[] = [
      task_id,
      user_id,
      start_ms,
      end_ms,
      duration,
      status,
      error?.error_type ?? null,
      error?.error_message ?? null,
      sync_type === null ? 'all' : start(redactText(sync_type)),
      course_id === null ? null : start(course_id),
    ]
    for (const column of COUNTS) {
      const { value, was } = countOf(at(column), !column.endsWith('_ms'))
      if (was !== 'good') note(corrections, was === 'negative' ? 'count_negative' : 'count_unreadable')
      values.push(value)
    }
    const chunk_size = numberOf(at('chunk_size')) ?? null
    values.push(
      flagOf(at('incremental_sync'), 0),
      flagOf(at('use_pagination'), 1),
      chunk_size === null || chunk_size < 0 ? null : Math.min(Math.round(chunk_size), 1e9),
      this.#metadata(at('sync_metadata'), row, corrections),
    )
    const sync: EarlierSync = {
      key,
      id: ownId(key),
      task_digest: digestOf(task_id),
      content_digest: digestOf(JSON.stringify(values)),
      values,
    }
    return { kind: 'sync', sync, status, start_ms, corrections }
  }

  #lasted(
    at: (meaning: ColumnMeaning) => SourceValue,
    start_ms: number,
    said: SyncStatus,
    corrections: Correction[],
  ): { readonly end_ms: number; readonly duration: number | null } {
    let end = timeOf(at('sync_end_time'), this.#rules.zone)
    let duration = numberOf(at('total_duration_seconds'))
    if (end === undefined) note(corrections, 'end_unreadable')
    if (duration === undefined) note(corrections, 'duration_unreadable')
    if (typeof duration === 'number' && duration < 0) {
      note(corrections, 'duration_negative')
      duration = null
    } else if (typeof duration === 'number' && duration > LONGEST_DURATION_S) {
      note(corrections, 'duration_unreadable')
      duration = null
    }
    if (typeof end === 'number' && end < start_ms) {
      note(corrections, 'end_before_start')
      end = null
    } else if (end === null && said !== 'in_progress') note(corrections, 'end_missing')
    if (typeof end === 'number') return { end_ms: end, duration: duration ?? (end - start_ms) / 1000 }
    if (typeof duration === 'number') {
      return { end_ms: Math.min(start_ms + Math.round(duration * 1000), LAST_MS), duration }
    }
    const touched = timeOf(at('updated_at'), this.#rules.zone)
    const last = typeof touched === 'number' && touched > start_ms ? touched : start_ms
    return { end_ms: last, duration: null }
  }

  #error(
    said: SyncStatus,
    status: SyncStatus,
    message: string | null,
    corrections: Correction[],
  ):
    | EarlierError
    | { readonly error_type: SyncErrorType | null; readonly error_message: string | null }
    | null {
    if (said === 'in_progress') return { error_type: 'lost', error_message: NEVER_ENDED }
    if (message === null) return status === 'failed' ? { error_type: 'job_error', error_message: null } : null
    const { keep_error_messages } = this.#rules
    if (!keep_error_messages) note(corrections, 'message_replaced')
    // A sync that completed has no error that could be told in other words.
    if (status === 'completed' && !keep_error_messages) return null
    const error = errorOf(message, keep_error_messages)
    return status === 'completed' ? { ...error, error_type: null } : error
  }

  #metadata(value: SourceValue, row: readonly SourceValue[], corrections: Correction[]): string | null {
    const { text, was } = metadataOf(value)
    if (was !== 'good') note(corrections, `metadata_${was}`)
    const kept = this.#kept.flatMap(({ column, place }) => {
      const each = row[place]
      return each === null || each === undefined ? [] : [[column, textOf(each)]]
    })
    if (kept.length === 0) return text
    const others = metadataOf(JSON.stringify(Object.fromEntries(kept))).text
    return text === null ? others : JSON.stringify({ ...JSON.parse(text), ...JSON.parse(others ?? '{}') })
  }
}

/** What fits into an id; PostgreSQL takes no half of a character. */
const start = (text: string): string => text.slice(0, LONGEST_ID).toWellFormed()

function note(corrections: Correction[], correction: Correction): void {
  if (!corrections.includes(correction)) corrections.push(correction)
}

/** A row without a status that has an error has failed; without an end it never ended. */
function statusSaid(word: string | null, message: string | null): SyncStatus | 'missing' | 'unknown' {
  if (word !== null) return statusOf(word) ?? 'unknown'
  return message === null ? 'missing' : 'failed'
}

function ownId(key: string): number | null {
  const id = /^[1-9]\d{0,12}$/.test(key) ? Number(key) : null
  return id !== null && id <= HIGHEST_ID ? id : null
}

/** 52 bits: a whole number that every engine and JavaScript hold exactly. */
function digestOf(text: string): number {
  return Number.parseInt(hash('sha1', text, 'hex').slice(0, 13), 16)
}
