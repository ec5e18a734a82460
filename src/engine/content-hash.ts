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

/** What the submissions of an assignment depend on: whether there are any, for whom, when due, how graded. */
const SHAPE_FIELDS = [
  'workflow_state',
  'published',
  'only_visible_to_overrides',
  'due_at',
  'points_possible',
  'grading_type',
] as const

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/** Printable ASCII without `"` and `\`: JSON writes it as it is. */
const PLAIN = /^[ !#-[\]-~]*$/

interface Field {
  readonly name: string
  /** `,"name":` */
  readonly prefix: string
}

interface Shape {
  /** In the order in which Canvas wrote them. */
  readonly names: readonly string[]
  readonly fields: readonly Field[]
}

/** The objects of one list have the same fields in the same order, so these are sorted and quoted once. */
const last_shapes = new Map<string, Shape>()
const MAX_SHAPES = 1000

function sortedFields(object: object, inside: string): readonly Field[] {
  const names = Object.keys(object)
  const last = last_shapes.get(inside)
  if (last !== undefined && sameNames(last.names, names)) return last.fields
  const fields = [...names].sort().map((name) => ({ name, prefix: `,${JSON.stringify(name)}:` }))
  // Canvas's own objects are far smaller; what is hostile must not be remembered.
  const ordinary = names.length <= 200 && inside.length <= 64 && names.every((name) => name.length <= 64)
  if (ordinary && (last !== undefined || last_shapes.size < MAX_SHAPES)) {
    last_shapes.set(inside, { names, fields })
  }
  return fields
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false
  return true
}

/**
 * JSON with sorted keys and without what changes by itself, so that the same object always gives the same text
 * whatever order Canvas writes its keys in.
 */
export function canonicalJson(value: unknown, skipped: ReadonlySet<string> = NO_FIELDS, inside = ''): string {
  if (typeof value === 'string') {
    const text = value.includes('verifier=') ? value.replaceAll(VERIFIER, 'verifier=') : value
    return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
  }
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item, NO_FIELDS, inside)).join(',')}]`
  }
  const object = value as Record<string, Json | undefined>
  let text = ''
  for (const { name, prefix } of sortedFields(object, inside)) {
    const field = object[name]
    if (field === undefined || skipped.has(name) || (inside === 'attachments' && name === 'url')) continue
    text += prefix + canonicalJson(field, NO_FIELDS, name)
  }
  return `{${text.slice(1)}}`
}

/**
 * 132 bits that change when the object does: SHA-256 of its canonical JSON. An assignment has a `~` and 66 bits
 * more, which change when its submissions do too; an enrollment with grades has a dot and 66 bits, which change
 * when its grades do.
 */
export function contentHash(entity: SyncedEntity, object: Readonly<Record<string, unknown>>): string {
  const skipped = entity === 'submissions' ? VOLATILE_SUBMISSION_FIELDS : NO_FIELDS
  const whole = hash('sha256', canonicalJson(object, skipped), 'base64url').slice(0, 22)
  if (entity === 'assignments')
    return `${whole}~${shortHash(JSON.stringify(SHAPE_FIELDS.map((field) => object[field])))}`
  const grades = entity === 'enrollments' ? gradesOf(object) : null
  return grades === null ? whole : `${whole}.${shortHash(grades)}`
}

function shortHash(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 11)
}

function gradesOf(enrollment: Readonly<Record<string, unknown>>): string | null {
  const grades = enrollment['grades']
  if (grades === null || typeof grades !== 'object') return null
  const values = GRADE_FIELDS.map((field) => (grades as Record<string, unknown>)[field])
  return values.every((value) => value === undefined) ? null : JSON.stringify(values)
}
