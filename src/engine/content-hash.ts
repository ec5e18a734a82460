import { hash } from 'node:crypto'
import type { SyncedEntity } from '../core/synced-entity.ts'

/**
 * Fields of a submission that change by themselves: with the clock (`seconds_late`, and `late` and `missing`,
 * which follow from dates that are fields of their own) or with each answer (`preview_url` names a version).
 */
const VOLATILE_SUBMISSION_FIELDS: ReadonlySet<string> = new Set([
  'seconds_late',
  'preview_url',
  'late',
  'missing',
])
const NO_FIELDS: ReadonlySet<string> = new Set()

/** Canvas rewrites file addresses in rich text for each request. */
const VERIFIER = /\bverifier=[^&"'\s<>\\]*/g

/** The grade fields of an enrollment: Canvas's `grades` object without its address. */
const GRADE_FIELDS = ['current_score', 'final_score', 'current_grade', 'final_grade'] as const

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/**
 * JSON with sorted keys and without what changes by itself, so that the same object always gives the same text
 * whatever order Canvas writes its keys in.
 */
export function canonicalJson(value: unknown, skipped: ReadonlySet<string> = NO_FIELDS, inside = ''): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.includes('verifier=') ? value.replaceAll(VERIFIER, 'verifier=') : value)
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item, NO_FIELDS, inside)).join(',')}]`
  }
  const object = value as Record<string, Json | undefined>
  let text = '{'
  for (const key of Object.keys(object).sort()) {
    const field = object[key]
    if (field === undefined || skipped.has(key) || (inside === 'attachments' && key === 'url')) continue
    if (text.length > 1) text += ','
    text += `${JSON.stringify(key)}:${canonicalJson(field, NO_FIELDS, key)}`
  }
  return `${text}}`
}

/**
 * 132 bits that change when the object does: SHA-256 of its canonical JSON. An enrollment with grades has a dot
 * and 66 bits more, which change when its grades do.
 */
export function contentHash(entity: SyncedEntity, object: Readonly<Record<string, unknown>>): string {
  const skipped = entity === 'submissions' ? VOLATILE_SUBMISSION_FIELDS : NO_FIELDS
  const whole = hash('sha256', canonicalJson(object, skipped), 'base64url').slice(0, 22)
  const grades = entity === 'enrollments' ? gradesOf(object) : null
  return grades === null ? whole : `${whole}.${hash('sha256', grades, 'base64url').slice(0, 11)}`
}

function gradesOf(enrollment: Readonly<Record<string, unknown>>): string | null {
  const grades = enrollment['grades']
  if (grades === null || typeof grades !== 'object') return null
  const values = GRADE_FIELDS.map((field) => (grades as Record<string, unknown>)[field])
  return values.every((value) => value === undefined) ? null : JSON.stringify(values)
}
