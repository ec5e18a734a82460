import { CanvasError } from './canvas-error.ts'
import type { Query } from './query.ts'

/** Values of `page=` for the links of one answer. */
export interface PageLinks {
  readonly per_page: number
  readonly current: string
  readonly next?: string
  readonly prev?: string
  readonly first?: string
  readonly last?: string
}

export interface Page<Row> {
  readonly rows: readonly Row[]
  readonly links: PageLinks
}

const DEFAULT_PER_PAGE = 10

export function perPage(query: Query, maximum: number): number {
  const asked = query.get('per_page')
  const number = asked === undefined ? DEFAULT_PER_PAGE : Number.parseInt(asked, 10) || 0
  return Math.min(Math.max(number, 1), maximum)
}

/** Pages 1, 2, 3 …; a page past the end is empty, not an error. `last` only where the total is known. */
export function ordinalPage<Row>(
  query: Query,
  maximum: number,
  rows: readonly Row[],
  options: { readonly is_total_known: boolean },
): Page<Row> {
  const per_page = perPage(query, maximum)
  const asked = query.get('page') ?? '1'
  const page = asked === 'first' ? 1 : Number(asked)
  if (!Number.isSafeInteger(page) || page < 1) throw CanvasError.invalidPage()
  const start = (page - 1) * per_page
  const has_next = start + per_page < rows.length
  return {
    rows: rows.slice(start, start + per_page),
    links: {
      per_page,
      current: String(page),
      ...(has_next ? { next: String(page + 1) } : {}),
      ...(page > 1 ? { prev: String(page - 1) } : {}),
      first: '1',
      ...(options.is_total_known ? { last: String(Math.max(1, Math.ceil(rows.length / per_page))) } : {}),
    },
  }
}

export type Bookmark = readonly (string | number | null)[]

/** A sorted list that can say which rows follow a bookmark. */
export interface BookmarkedRows<Row> {
  /** What does not look like one of its own bookmarks is treated as no bookmark at all. */
  isValid(bookmark: Bookmark): boolean
  bookmarkOf(row: Row): Bookmark
  /** At most `limit` rows strictly behind the bookmark. */
  after(bookmark: Bookmark | null, limit: number): readonly Row[]
}

/** `first`, then opaque bookmarks: no total, no `last`, no `prev`. */
export function bookmarkedPage<Row>(query: Query, maximum: number, list: BookmarkedRows<Row>): Page<Row> {
  const per_page = perPage(query, maximum)
  const bookmark = readBookmark(query.get('page'), list)
  const found = list.after(bookmark, per_page + 1)
  const rows = found.slice(0, per_page)
  const last_row = rows.at(-1)
  return {
    rows,
    links: {
      per_page,
      current: bookmark === null ? 'first' : writeBookmark(bookmark),
      ...(found.length > per_page && last_row !== undefined
        ? { next: writeBookmark(list.bookmarkOf(last_row)) }
        : {}),
      first: 'first',
    },
  }
}

export function writeBookmark(bookmark: Bookmark): string {
  return `bookmark:${Buffer.from(JSON.stringify(bookmark)).toString('base64url')}`
}

/** A bookmark that cannot be read is the first page: a client that rebuilds it goes round for ever. */
function readBookmark<Row>(page: string | undefined, list: BookmarkedRows<Row>): Bookmark | null {
  if (page === undefined || page === 'first') return null
  if (page.startsWith('bookmark:')) {
    try {
      const value: unknown = JSON.parse(Buffer.from(page.slice(9), 'base64url').toString('utf8'))
      return isBookmark(value) && list.isValid(value) ? value : null
    } catch {
      return null
    }
  }
  if (/^\d+$/.test(page) && Number(page) > 1) throw CanvasError.invalidPage()
  return null
}

function isBookmark(value: unknown): value is Bookmark {
  return (
    Array.isArray(value) &&
    value.every((part) => part === null || typeof part === 'string' || typeof part === 'number')
  )
}
