import { z } from 'zod'
import { LOG_FORMS } from '../../core/log-entry.ts'
import { LOG_LEVELS, LOG_STREAMS } from '../../core/log-event.ts'
import type { GapRecord, HitRecord, TailRecord } from '../../search/line-records.ts'
import type { SearchEnd, SearchProgress, UnreadableSource } from '../../search/log-query.ts'
import type { Members } from '../http/answer.ts'
import type { Fault } from './log-stream.ts'
import { emittedId } from '../syncs/sync-schemas.ts'

/** The answer of `/logs/search` as one object. */
export interface LogSearchResult {
  readonly entries: readonly HitRecord[]
  readonly count: number
  /** Goes on where this answer was cut; null when it has everything. */
  readonly next_cursor: string | null
  readonly cut: 'limit' | 'time' | 'error' | null
  readonly malformed_lines: number
  readonly unreadable: readonly UnreadableSource[]
  readonly bytes_read: number
  readonly duration_ms: number
  /** There only when `cut` is `error`. */
  readonly error?: string | undefined
  readonly request_id?: string | null | undefined
}

/** A line of the answer of `/logs/search` as `application/x-ndjson`; the last one is of kind `end` or `error`. */
export type LogSearchPiece =
  (HitRecord & { readonly kind: 'hit' }) | SearchProgress | SearchEnd | (Fault & { readonly kind: 'error' })

const count = z.int().min(0)
const text = z.string().nullable()
const time = z.iso.datetime().nullable()
const stream = z.enum(LOG_STREAMS)
const value = z.union([z.string(), z.number(), z.boolean()]).nullable()

const tailMembers: Members<TailRecord> = {
  stream,
  timestamp: time,
  level: z.enum(LOG_LEVELS).nullable(),
  event: text,
  task_id: text,
  user_id: emittedId,
  writer: text,
  seq: count.nullable(),
  form: z.enum(LOG_FORMS).nullable(),
  fields: z.record(z.string(), value),
  message: z.string(),
  source: z.string(),
  machine: text,
}

const hitMembers: Members<HitRecord> = {
  ...tailMembers,
  offset: count,
  before: z.array(z.string()),
  after: z.array(z.string()),
}

const endMembers = {
  next_cursor: text,
  malformed_lines: count,
  unreadable: z.array(z.object({ source: z.string(), reason: z.string() })),
  bytes_read: count,
  duration_ms: z.number().min(0),
}

export const logSearchResultSchema: z.ZodType<LogSearchResult> = z
  .object({
    entries: z.array(z.object(hitMembers).meta({ title: 'LogHit' })),
    count,
    ...endMembers,
    cut: z.enum(['limit', 'time', 'error']).nullable(),
    error: z.string().optional(),
    request_id: text.optional(),
  })
  .meta({ title: 'LogSearchResult' })

export const logSearchPieceSchema: z.ZodType<LogSearchPiece> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('hit'), ...hitMembers }),
    z.object({ kind: z.literal('progress'), bytes_done: count, bytes_total: count, hits: count }),
    z.object({
      kind: z.literal('end'),
      hits: count,
      ...endMembers,
      cut: z.enum(['limit', 'time']).nullable(),
    }),
    z.object({ kind: z.literal('error'), error: z.string(), request_id: text }),
  ])
  .meta({ title: 'LogSearchPiece' })

/** The data of the events of `/logs/tail`. */
export type TailEvent = TailRecord | GapRecord

export const tailEventSchema: z.ZodType<TailEvent> = z
  .union([
    z.object(tailMembers),
    z.object({ stream, reason: z.enum(['deleted', 'truncated', 'unreadable']), since: time }),
  ])
  .meta({
    title: 'LogTailEvent',
    description: 'The data of an event: of "line" the line, of "gap" what can no longer be read',
  })
