import type { SyncCondition, SyncPlace } from '../../sync-lists.ts'
import { joined, piece, type SqlPiece } from '../sql-piece.ts'
import { isByDuration } from './sync-list-plan.ts'
import { rangesOf, restOf, type IndexRange, type SyncWalk } from './sync-list-ranges.ts'
import { behindLead, isConstant, spansOf, type IndexLead } from './sync-list-spans.ts'
import { SYNC_COLUMNS } from './sync-values.ts'

const DURATION = 'm.total_duration_seconds'

/** The part of a walk to read: behind `after`, and up to `stop` when it is given, which is the last one read. */
export interface WalkPart {
  readonly after: SyncPlace | null
  readonly stop: SyncPlace | null
  readonly limit: number
}

/** The rows of a part of the walk that fulfil the rest of the condition. */
export function selectRows(walk: SyncWalk, part: WalkPart): SqlPiece {
  return rowsOf(walk, restOf(walk), part)
}

/**
 * All that is behind `after` in a walk by start time, sorted by duration: for few rows. The sum with nothing keeps an
 * engine from walking along all durations instead. What is sorted are places, which an index may hold; rows that will
 * not be shown are not read.
 */
export function selectSorted(walk: SyncWalk, part: WalkPart): SqlPiece {
  const rest = [piece('m.total_duration_seconds is not null'), ...restOf(walk)]
  return rowsOf(walk, rest, part, 'm.total_duration_seconds + 0')
}

/** The place of the last of the next `limit` entries of the walk, whether or not they fulfil the rest; or none. */
export function selectStop(walk: SyncWalk, { after, limit }: WalkPart): SqlPiece {
  const places = merged(walk, selectsOf(walk, [], { after, stop: null, limit }), limit)
  return joined([piece('select value, id from ('), places, piece(') p limit 1 offset ?', limit - 1)], '')
}

/**
 * Whether to look at entries and read the rows that fulfil the rest in one statement: where PostgreSQL goes along an index
 * that begins with an expression, it fetches the row of each entry, also when only its place is asked for.
 */
export function looksOnce(walk: SyncWalk): boolean {
  const [only, second] = rangesOf(walk)
  return only?.of_syncs === true && second === undefined && isConstant(only.lead)
}

/**
 * Of the next `limit` entries of the walk, the first `shown` rows that fulfil the rest of the condition, each with its
 * place; then, without a row, the place of the last entry, if there are so many.
 */
export function selectLook(walk: SyncWalk, after: SyncPlace | null, limit: number, shown: number): SqlPiece {
  const [select] = selectsOf(walk, [], { after, stop: null, limit })
  if (select === undefined) throw new TypeError('a walk has no range')
  const fits = joined(restOf(walk), ' and ')
  const columns = `${select.value} as value, ${select.id} as id, (${fits.text}) as fits`
  const entries = textOf(walk, select, columns)
  const places = piece(
    `select value, id from looked_at where fits${orderOf(walk, 'value', 'id')} limit ?`,
    shown,
  )
  return joined(
    [
      piece('with looked_at as materialized ('),
      piece(entries.text, ...fits.values, ...entries.values),
      piece(`) (select k.value, k.id, ${SYNC_COLUMNS[walk.dialect]} from (`),
      places,
      piece(`) k join canvas_sync_metrics m on m.id = k.id${orderOf(walk, 'k.value', 'k.id')})`),
      piece(' union all (select value, id, null from looked_at limit 1 offset ?)', limit - 1),
    ],
    '',
  )
}

/** How many entries the walk has, counted no further than `limit`. */
export function countEntries(walk: SyncWalk, limit: number): SqlPiece {
  const places = merged(walk, selectsOf(walk, [], { after: null, stop: null, limit }), limit)
  return joined([piece('select count(*) as entries from ('), places, piece(') p')], '')
}

function rowsOf(walk: SyncWalk, rest: readonly SqlPiece[], part: WalkPart, value?: string): SqlPiece {
  const selects = selectsOf(walk, rest, part, value)
  const [only] = selects
  if (selects.length === 1 && only?.of_syncs === true && value === undefined)
    return textOf(walk, only, SYNC_COLUMNS[walk.dialect])
  return joined(
    [
      piece(`select ${SYNC_COLUMNS[walk.dialect]} from (`),
      merged(walk, selects, part.limit),
      piece(
        `) k join canvas_sync_metrics m on m.id = k.id${orderOf(walk, 'k.value', 'k.id')} limit ?`,
        part.limit,
      ),
    ],
    '',
  )
}

/** One span of one range of an index. */
interface RangeSelect {
  readonly of_syncs: boolean
  readonly from: string
  readonly where: readonly SqlPiece[]
  readonly value: string
  readonly id: string
  readonly lead: IndexLead | null
  readonly limit: number
}

function selectsOf(
  walk: SyncWalk,
  rest: readonly SqlPiece[],
  { after, stop, limit }: WalkPart,
  sorted_by?: string,
): RangeSelect[] {
  const ends = sorted_by === undefined ? endsOf(walk, after, stop) : NO_ENDS
  return rangesOf(walk).flatMap((range) => {
    const value = sorted_by ?? (isByDuration(walk.plan) ? DURATION : range.start)
    const joins = rest.length > 0 && !range.of_syncs
    // A cross join keeps SQLite from asking every sync for its outcomes.
    const from = joins ? `${range.from} cross join canvas_sync_metrics m` : range.from
    const where = [
      ...range.where,
      ...(joins ? [piece(`m.id = ${range.id}`)] : []),
      ...(isByDuration(walk.plan)
        ? durationsOf(range, walk.condition, ends)
        : windowOf(range, walk.condition, ends)),
    ]
    const lead = sorted_by === undefined ? range.lead : null
    const key = { value, id: range.id, descending: isDescending(walk), lead }
    // What is sorted is in no index that could be entered.
    const dialect = sorted_by === undefined ? walk.dialect : 'postgres'
    return spansOf(dialect, key, after, stop).map((span) => {
      return { ...range, from, where: [...where, ...span, ...rest], value, lead, limit }
    })
  })
}

/** All selects in one order; a sync that is in two ranges, as only one of a course can be, is there once. */
function merged(walk: SyncWalk, selects: readonly RangeSelect[], limit: number): SqlPiece {
  const places = selects.map((select) => textOf(walk, select, `${select.value} as value, ${select.id} as id`))
  const [only] = places
  if (places.length === 1 && only !== undefined) return only
  const wrapped = places.map((place) => joined([piece('select value, id from ('), place, piece(') r')], ''))
  const union = walk.plan.driver === 'course' ? ' union ' : ' union all '
  return joined([joined(wrapped, union), piece(`${orderOf(walk, 'value', 'id')} limit ?`, limit)], '')
}

function textOf(walk: SyncWalk, select: RangeSelect, columns: string): SqlPiece {
  const { from, where, value, id, lead, limit } = select
  const conditions = where.length === 0 ? [] : [piece(' where '), joined(where, ' and ')]
  return joined(
    [
      piece(`select ${columns} from ${from}`),
      ...conditions,
      piece(`${orderOf(walk, ...(lead === null ? [] : [lead.column]), value, id)} limit ?`, limit),
    ],
    '',
  )
}

const isDescending = ({ sort }: SyncWalk): boolean => sort === 'newest' || sort === 'longest'

function orderOf(walk: SyncWalk, ...values: readonly string[]): string {
  const direction = isDescending(walk) ? 'desc' : 'asc'
  return ` order by ${values.map((value) => `${value} ${direction}`).join(', ')}`
}

/** Where a part of a walk ends on either side: start times or durations. */
interface Ends {
  readonly first: number | undefined
  readonly last: number | undefined
}

const NO_ENDS: Ends = { first: undefined, last: undefined }

function endsOf(walk: SyncWalk, after: SyncPlace | null, stop: SyncPlace | null): Ends {
  const [last, first] = isDescending(walk) ? [after, stop] : [stop, after]
  return { first: first?.value, last: last?.value }
}

/** Before and after all times. */
const EVER = { since: Number.MIN_SAFE_INTEGER, until: Number.MAX_SAFE_INTEGER }
const NO_WINDOW: { readonly since?: number; readonly until?: number } = {}

/**
 * The window of the start times, less the sides on which the part ends within it anyway: an engine enters an index by one
 * comparison on each side, and would go from the end of the window through all that earlier pages have shown.
 */
function windowOf(
  { start, lead }: IndexRange,
  { since, until }: SyncCondition,
  { first, last }: Ends,
): SqlPiece[] {
  // What has a value of its own before the start times is bounded on both sides, or would go on into the next value.
  const { since: earliest, until: latest } = lead !== null && !isConstant(lead) ? EVER : NO_WINDOW
  const from = since ?? earliest
  const to = until ?? latest
  const begins = first !== undefined && (from === undefined || first >= from)
  const ends = last !== undefined && (to === undefined || last < to)
  return [
    ...(from === undefined || begins ? [] : [behindLead(lead, [start], '>=', [from])]),
    ...(to === undefined || ends ? [] : [behindLead(lead, [start], '<', [to])]),
  ]
}

/** As with {@link windowOf}. */
function durationsOf(
  { lead }: IndexRange,
  { min_duration_ms, max_duration_ms }: SyncCondition,
  { first, last }: Ends,
): SqlPiece[] {
  const { since: shortest, until: longest } = lead === null ? NO_WINDOW : EVER
  const from = min_duration_ms === undefined ? shortest : min_duration_ms / 1000
  const to = max_duration_ms === undefined ? longest : max_duration_ms / 1000
  const begins = first !== undefined && (from === undefined || first >= from)
  const ends = last !== undefined && (to === undefined || last <= to)
  return [
    ...(from === undefined || begins ? [] : [behindLead(lead, [DURATION], '>=', [from])]),
    ...(to === undefined || ends ? [] : [behindLead(lead, [DURATION], '<=', [to])]),
  ]
}
