import { z } from 'zod'
import { SYNC_STATUSES, type SyncStatus } from '../../core/sync-status.ts'
import { problem, type Answer } from './answer.ts'

/** Ids are up to this many characters (code points, as PostgreSQL counts). */
const MAX_ID_LENGTH = 255
const MAX_DAYS = 3650
const MAX_LINES = 10_000_000

const WHOLE_NUMBER = /^-?\d{1,16}$/

/** Takes `7` from an address for the number 7, and nothing else: `7.0`, `1e1`, `0x7` and ` 7` stay wrong. */
function readNumber(value: unknown): unknown {
  return typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : value
}

/** @param expected completes "must be" */
export function badParameter(name: string, expected: string): Answer {
  return problem(400, `The parameter "${name}" must be ${expected}.`, { parameter: name })
}

export function unknownParameter(name: string, known: readonly string[]): Answer {
  const detail = known.length === 0 ? 'It takes none.' : `It takes ${known.join(', ')}.`
  return problem(400, `This address has no parameter "${name}".`, { detail, parameter: name })
}

/** The error text of a schema completes the sentence "The parameter … must be …". */
export function wholeNumber(minimum: number, maximum: number): z.ZodType<number> {
  const error = `a whole number from ${minimum} to ${maximum}`
  return z.preprocess(readNumber, z.int({ error }).min(minimum, { error }).max(maximum, { error }))
}

export function opaqueId(description: string): z.ZodType<string> {
  const error = `1 to ${MAX_ID_LENGTH} characters without a null character`
  return z
    .string({ error })
    .refine((id) => id.length > 0 && Array.from(id).length <= MAX_ID_LENGTH && !id.includes('\0'), { error })
    .meta({ minLength: 1, maxLength: MAX_ID_LENGTH, description })
}

/** @param fallback days when the parameter is not given */
export function days(fallback: number): z.ZodType<number> {
  return wholeNumber(1, MAX_DAYS)
    .default(fallback)
    .meta({ description: 'How many days back from now the syncs started' })
}

/** @param fallback syncs when the parameter is not given */
export function limit(fallback: number, maximum: number): z.ZodType<number> {
  return wholeNumber(1, maximum).default(fallback).meta({ description: 'At most so many syncs' })
}

export const syncId: z.ZodType<number> = wholeNumber(1, Number.MAX_SAFE_INTEGER).meta({
  description: 'The id of the sync',
})
export const taskId: z.ZodType<string> = opaqueId("The caller's id of the sync, percent-encoded")
export const userId: z.ZodType<string> = opaqueId("The application's id of the user, percent-encoded")

export const status: z.ZodType<SyncStatus | undefined> = z
  .enum(SYNC_STATUSES, { error: `one of ${SYNC_STATUSES.join(', ')}` })
  .optional()
  .meta({ description: 'Only syncs of this status' })

export const maxLines: z.ZodType<number> = wholeNumber(1, MAX_LINES)
  .default(10_000)
  .meta({ description: 'The newest lines of each stream that stay outside of archives' })

export const archiveDays: z.ZodType<number> = wholeNumber(0, MAX_DAYS)
  .default(7)
  .meta({ description: 'Age in days from which rotated log files are archived' })

export const deleteDays: z.ZodType<number> = wholeNumber(1, MAX_DAYS)
  .default(30)
  .meta({ description: 'Age in days from which log archives are deleted' })

/** From an address `true` or `false`; from a body the same as text or as what they mean. */
export const dryRun: z.ZodType<boolean> = z
  .preprocess(
    (value) => (value === 'true' ? true : value === 'false' ? false : value),
    z.boolean({ error: 'true or false' }),
  )
  .default(false)
  .meta({ description: 'Only say what the clean-up would do' })
