import type { SyncPlace } from '../../sync-lists.ts'
import type { SqlDialect } from '../sql-database.ts'
import { piece, type SqlPiece } from '../sql-piece.ts'

/** What an index holds before what a walk goes along, and the one value of it. */
export interface IndexLead {
  readonly column: string
  readonly value: SqlPiece
}

/** Whether it is the same for all rows of the index, as an expression that is always true. */
export const isConstant = (lead: IndexLead | null): boolean => lead?.value.values.length === 0

/** What a walk goes along: a value and then the id, both up or both down. */
export interface SpanKey {
  readonly value: string
  readonly id: string
  readonly descending: boolean
  /** Only for PostgreSQL. */
  readonly lead: IndexLead | null
}

/** A comparison of the columns that no other index serves than one that begins with the lead. */
export function behindLead(
  lead: IndexLead | null,
  columns: readonly string[],
  operator: string,
  values: readonly unknown[],
): SqlPiece {
  const places = values.map(() => '?')
  const [left, right] =
    lead === null
      ? [columns, places]
      : [
          [lead.column, ...columns],
          [lead.value.text, ...places],
        ]
  const row = (parts: readonly string[]): string =>
    parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(', ')})`
  return piece(`${row(left)} ${operator} ${row(right)}`, ...(lead?.value.values ?? []), ...values)
}

/**
 * The conditions of a walk from behind `after` up to and with `stop`, as spans that follow each other.
 *
 * SQLite enters an index at a pair only by the first of the two. Where many syncs have the same value, as with durations
 * in whole seconds, it would pass all of them for each page; so the syncs of the value at each end are a span of their
 * own, which it enters by the id.
 */
export function spansOf(
  dialect: SqlDialect,
  { value, id, descending, lead }: SpanKey,
  after: SyncPlace | null,
  stop: SyncPlace | null,
): readonly (readonly SqlPiece[])[] {
  const [behind, before] = descending ? ['<', '>'] : ['>', '<']
  if (after === null && stop === null) return [[]]
  if (dialect === 'postgres') {
    const compare = (operator: string, place: SyncPlace): SqlPiece =>
      behindLead(lead, [value, id], operator, [place.value, place.id])
    return [
      [
        ...(after === null ? [] : [compare(behind, after)]),
        ...(stop === null ? [] : [compare(`${before}=`, stop)]),
      ],
    ]
  }
  const at = (place: SyncPlace): SqlPiece => piece(`${value} = ?`, place.value)
  const behindId = (place: SyncPlace): SqlPiece => piece(`${id} ${behind} ?`, place.id)
  const upToId = (place: SyncPlace): SqlPiece => piece(`${id} ${before}= ?`, place.id)
  if (after !== null && after.value === stop?.value) return [[at(after), behindId(after), upToId(stop)]]
  const between = [
    ...(after === null ? [] : [piece(`${value} ${behind} ?`, after.value)]),
    ...(stop === null ? [] : [piece(`${value} ${before} ?`, stop.value)]),
  ]
  return [
    ...(after === null ? [] : [[at(after), behindId(after)]]),
    between,
    ...(stop === null ? [] : [[at(stop), upToId(stop)]]),
  ]
}
