import { z } from 'zod'
import type { Members } from '../../http/answer.ts'
import { emittedId, type EmittedId } from '../sync-schemas.ts'
import type { CallFigures } from './call-group.ts'
import { STEP_KINDS, type StepKind, type TimeShares } from './time-shares.ts'

/** A piece of a step that went by with one thing. */
export interface StepStretch {
  readonly kind: StepKind
  /** Milliseconds after the sync's start. */
  readonly at_ms: number
  readonly duration_ms: number
}

/** A part of a sync from its start to its end, and what that time went by with; the shares together are its length. */
export interface SyncStep {
  /** Null for what belongs to no course: then `endpoint` says which calls it is made of. */
  readonly course_id: EmittedId
  readonly endpoint: string | null
  readonly started_at: string
  /** Of a course that has not ended: when the last line of it was written. */
  readonly finished_at: string
  readonly ended: boolean
  readonly calls: number
  readonly failures: number
  readonly shares: TimeShares
  /** For drawing: shorter ones are in their neighbours. */
  readonly stretches: readonly StepStretch[]
}

export interface DatabaseFigures {
  readonly operation: string
  readonly entity: string
  readonly operations: number
  readonly rows: number
  readonly total_ms: number
  readonly max_ms: number
}

export interface ThrottlePause {
  readonly at_ms: number
  readonly duration_ms: number
}

/** What the log lines of a sync say of where its time went. */
export interface SyncSteps {
  readonly sync_id: number
  /** Whether all of its calls were seen. */
  readonly complete: boolean
  /** Why not all lines were read: `time` and `lines` are the bounds of this request. */
  readonly cut: 'time' | 'lines' | 'unreadable' | null
  /** Calls that an ended sync counted and that no line tells of. */
  readonly calls_missing: number
  /** When the clean-up that took the missing lines ended, as far as that is known. */
  readonly cleaned_up_at: string | null
  readonly lines_read: number
  readonly bytes_read: number
  /** Of the whole sync, of one that still runs until its last line; null without lines. */
  readonly shares: TimeShares | null
  /** Those that took most time first. */
  readonly endpoints: readonly CallFigures[]
  readonly database: readonly DatabaseFigures[]
  /** In which calls were held back because Canvas had refused one; those that overlap are one. */
  readonly pauses: readonly ThrottlePause[]
  /** What belongs to no course, and the courses, in the order of their starts. */
  readonly steps: readonly SyncStep[]
  /** Endpoints, courses and pauses beyond those that are listed. */
  readonly left_out: number
}

const count = z.int().min(0)
const quantity = z.number().min(0)
const time = z.iso.datetime()
const text = z.string()

const shareMembers: Members<TimeShares> = {
  answers: quantity,
  database: quantity,
  throttle: quantity,
  retry: quantity,
  other: quantity,
}
const shares: z.ZodType<TimeShares> = z.object(shareMembers).meta({ title: 'TimeShares' })

const callFigures: Members<CallFigures> = {
  method: text,
  endpoint: text,
  calls: count,
  failures: count,
  items: count,
  bytes: count,
  total_ms: quantity,
  p50_ms: quantity.nullable(),
  p95_ms: quantity.nullable(),
  max_ms: quantity.nullable(),
  throttled: count,
  throttle_wait_ms: quantity,
}

const step: Members<SyncStep> = {
  course_id: emittedId,
  endpoint: text.nullable(),
  started_at: time,
  finished_at: time,
  ended: z.boolean(),
  calls: count,
  failures: count,
  shares,
  stretches: z.array(
    z
      .object({ kind: z.enum(STEP_KINDS), at_ms: z.number(), duration_ms: quantity })
      .meta({ title: 'StepStretch' }),
  ),
}

const databaseFigures: Members<DatabaseFigures> = {
  operation: text,
  entity: text,
  operations: count,
  rows: count,
  total_ms: quantity,
  max_ms: quantity,
}

export const syncStepsSchema: z.ZodType<SyncSteps> = z
  .object({
    sync_id: z.int().min(1),
    complete: z.boolean(),
    cut: z.enum(['time', 'lines', 'unreadable']).nullable(),
    calls_missing: count,
    cleaned_up_at: time.nullable(),
    lines_read: count,
    bytes_read: count,
    shares: shares.nullable(),
    endpoints: z.array(z.object(callFigures).meta({ title: 'CallFigures' })),
    database: z.array(z.object(databaseFigures).meta({ title: 'DatabaseFigures' })),
    pauses: z.array(z.object({ at_ms: z.number(), duration_ms: quantity }).meta({ title: 'ThrottlePause' })),
    steps: z.array(z.object(step).meta({ title: 'SyncStep' })),
    left_out: count,
  })
  .meta({ title: 'SyncSteps' })
