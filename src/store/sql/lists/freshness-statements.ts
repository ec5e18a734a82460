import type { FreshnessPlace, FreshnessQuery } from '../../freshness.ts'
import type { SqlDialect } from '../sql-database.ts'
import { isOneOf, joined, piece, type SqlPiece } from '../sql-piece.ts'

/** A walk along the lists, the stalest first. */
export interface FreshnessWalk {
  readonly dialect: SqlDialect
  /** What each range of the index is equal in. */
  readonly by: 'source_id' | 'listed_by' | null
  /** Merged. */
  readonly ranges: readonly (string | number | null)[]
  readonly complete_before: number | undefined
  /** What each list is held against besides. */
  readonly rest: readonly SqlPiece[]
}

/** Each is a range of the index, and ranges are merged: not too many at once. */
const MOST_RANGES = 16

const KEY = ['complete_at', 'source_id', 'entity', 'listed_by'] as const
const NAMES: string = KEY.join(', ')
const INDEXES = { source_id: 'source_stale', listed_by: 'scope_stale', none: 'stale' } as const

/** @param source_ids the sources that may be shown; null for all */
export function freshnessWalk(
  dialect: SqlDialect,
  { course_id, source_id, entity, final, complete_before }: FreshnessQuery,
  source_ids: readonly number[] | null,
): FreshnessWalk {
  const sources = source_ids ?? (source_id === undefined ? null : [source_id])
  const by_source = course_id === undefined && sources !== null && sources.length <= MOST_RANGES
  const by = course_id === undefined ? (by_source ? 'source_id' : null) : 'listed_by'
  return {
    dialect,
    by,
    ranges: course_id === undefined ? (by_source ? sources : [null]) : [course_id, `course:${course_id}`],
    complete_before,
    rest: [
      ...(sources === null || by_source ? [] : [isOneOf('l.source_id', sources)]),
      ...(entity === undefined ? [] : [piece('l.entity = ?', entity)]),
      ...(final === undefined ? [] : [piece('l.final = ?', final ? 1 : 0)]),
    ],
  }
}

interface Part {
  readonly after: FreshnessPlace | null
  readonly stop: FreshnessPlace | null
  readonly limit: number
}

/** The lists of a part of the walk that fulfil the rest of the query. */
export function selectListings(walk: FreshnessWalk, part: Part): SqlPiece {
  return joined(
    [
      piece(`select l.source_id, s.base_url, s.canvas_user_id, l.entity, l.listed_by, l.last_complete_at,
        l.last_listing_at, l.read_through_at, l.row_count, l.deletions_held, l.final from (`),
      selectPlaces(walk, walk.rest, part),
      piece(`) k
        join canvas_sync_listings l
          on l.source_id = k.source_id and l.entity = k.entity and l.listed_by = k.listed_by
        join canvas_sync_sources s on s.id = l.source_id
        order by k.complete_at, k.source_id, k.entity, k.listed_by`),
    ],
    '',
  )
}

/** The place of the last of the next `limit` lists of the walk, whether or not they fulfil the rest; or none. */
export function selectStop(walk: FreshnessWalk, after: FreshnessPlace | null, limit: number): SqlPiece {
  const places = selectPlaces(walk, [], { after, stop: null, limit })
  return joined([piece(`select ${NAMES} from (`), places, piece(') p limit 1 offset ?', limit - 1)], '')
}

function selectPlaces(walk: FreshnessWalk, rest: readonly SqlPiece[], part: Part): SqlPiece {
  const selects = walk.ranges.map((range) => selectRange(walk, range, rest, part))
  const [only] = selects
  if (selects.length === 1 && only !== undefined) return only
  const wrapped = selects.map((select) => joined([piece(`select ${NAMES} from (`), select, piece(') r')], ''))
  return joined([joined(wrapped, ' union all '), piece(` order by ${NAMES} limit ?`, part.limit)], '')
}

function selectRange(
  { dialect, by, complete_before }: FreshnessWalk,
  range: string | number | null,
  rest: readonly SqlPiece[],
  { after, stop, limit }: Part,
): SqlPiece {
  const index = dialect === 'sqlite' ? ` indexed by canvas_sync_listings_${INDEXES[by ?? 'none']}` : ''
  const where = [
    ...(by === null ? [] : [piece(`l.${by} = ?`, range)]),
    ...(complete_before === undefined ? [] : [piece('l.complete_at < ?', complete_before)]),
    ...(after === null ? [] : [boundOf(by, range, after, '>')]),
    ...(stop === null ? [] : [boundOf(by, range, stop, '<=')]),
    ...rest,
  ]
  const conditions = where.length === 0 ? [] : [piece(' where '), joined(where, ' and ')]
  const names = KEY.map((name) => `l.${name}`).join(', ')
  return joined(
    [
      piece(`select ${names} from canvas_sync_listings l${index}`),
      ...conditions,
      piece(` order by ${names} limit ?`, limit),
    ],
    '',
  )
}

/**
 * What is behind a place, or up to it, within one range: compared without the column that the range is equal in, so that
 * an index that begins with that column is entered where the others say.
 */
function boundOf(
  by: FreshnessWalk['by'],
  range: string | number | null,
  place: FreshnessPlace,
  sign: '>' | '<=',
): SqlPiece {
  const before = by === null ? KEY : KEY.slice(0, KEY.indexOf(by))
  const behind = by === null ? [] : KEY.slice(KEY.indexOf(by) + 1)
  const order = by === null || range === null ? 0 : compare(range, place[by])
  const names = order === 0 ? [...before, ...behind] : before
  // A range beyond the place has all that is equal in the columns before it; one on this side has none of that.
  const compared = order === 0 ? sign : order > 0 ? (sign === '>' ? '>=' : '<') : sign === '>' ? '>' : '<='
  return piece(
    `(${names.map((name) => `l.${name}`).join(', ')}) ${compared} (${names.map(() => '?').join(', ')})`,
    ...names.map((name) => place[name]),
  )
}

/** As both engines order: numbers by size, texts by their bytes. */
function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
}
