import type { SyncStatus } from '../../../core/sync-status.ts'
import type { UserPageQuery, UserPlace, UserSort } from '../../sync-users.ts'
import { USERS } from '../figures/figure-columns.ts'
import type { SqlConnection } from '../sql-database.ts'
import { isOneOf, joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'

/** Users that one page looks at to find those that are asked for. */
const LOOKED_AT = 5000

export interface FoundUser extends UserPlace {
  readonly last_ended_status: SyncStatus | null
}

interface Order {
  readonly columns: readonly (keyof UserPlace)[]
  readonly descending: boolean
  /** Of SQLite, which keeps no figures of the rows; null for the key of the table. */
  readonly index: string | null
}

const ORDERS: Readonly<Record<UserSort, Order>> = {
  trouble: {
    columns: ['well', 'last_completed_start_time', 'user_id'],
    descending: false,
    index: 'canvas_sync_users_trouble',
  },
  newest: {
    columns: ['last_sync_start_time', 'user_id'],
    descending: true,
    index: 'canvas_sync_users_last',
  },
  oldest: {
    columns: ['last_sync_start_time', 'user_id'],
    descending: false,
    index: 'canvas_sync_users_last',
  },
  id: { columns: ['user_id'], descending: false, index: null },
}

const COLUMNS = 'user_id, last_sync_start_time, last_ended_status, well, last_completed_start_time'

/** The users of a page, and where the next one begins. */
export async function walkUsers(
  connection: SqlConnection,
  query: UserPageQuery,
): Promise<{ found: readonly FoundUser[]; next: UserPlace | null }> {
  const { sort, limit, after, user_ids, failing } = query
  const order = ORDERS[sort]
  const fits = filterOf(query)
  const most = fits === null ? limit + 1 : LOOKED_AT
  const looked_at =
    user_ids === undefined
      ? await lookAt(connection, order, {
          after,
          most,
          only_troubled: failing === true && sort === 'trouble',
        })
      : await lookAtThese(connection, order, user_ids, after)
  const fitting = fits === null ? looked_at : looked_at.filter(fits)
  const found = fitting.slice(0, limit)
  const last =
    fitting.length > limit
      ? found.at(-1)
      : user_ids === undefined && looked_at.length >= most
        ? looked_at.at(-1)
        : null
  return { found, next: last === undefined || last === null ? null : placeOf(last) }
}

const placeOf = ({
  well,
  last_completed_start_time,
  last_sync_start_time,
  user_id,
}: FoundUser): UserPlace => ({
  well,
  last_completed_start_time,
  last_sync_start_time,
  user_id,
})

function filterOf({ failing, search }: UserPageQuery): ((user: FoundUser) => boolean) | null {
  if (failing !== true && search === undefined) return null
  const text = search?.toLowerCase() ?? ''
  return ({ user_id, well }) => (failing !== true || well === 0) && user_id.toLowerCase().includes(text)
}

interface Look {
  readonly after: UserPlace | null
  readonly most: number
  readonly only_troubled: boolean
}

/** Span after span of the index: each is entered by all of its columns, however many users are alike in the first. */
async function lookAt(
  { dialect, select }: SqlConnection,
  { columns, descending, index }: Order,
  { after, most, only_troubled }: Look,
): Promise<FoundUser[]> {
  const found: FoundUser[] = []
  const indexed = dialect === 'sqlite' && index !== null ? ` indexed by ${index}` : ''
  const troubled = only_troubled ? [piece('well = 0')] : []
  for (const span of spansBehind(columns, descending, after)) {
    const where = [...span, ...troubled]
    const conditions = where.length === 0 ? piece('') : joined([piece(' where '), joined(where, ' and ')], '')
    const order = columns.map((column) => `${column}${descending ? ' desc' : ''}`).join(', ')
    const text = `select ${COLUMNS} from ${USERS}${indexed}${conditions.text} order by ${order} limit ?`
    found.push(
      ...(await select<FoundUser>(textFor(dialect, text), [...conditions.values, most - found.length])),
    )
    if (found.length >= most) break
  }
  return found
}

function spansBehind(
  columns: readonly (keyof UserPlace)[],
  descending: boolean,
  after: UserPlace | null,
): SqlPiece[][] {
  // Everything has an id; that it is asked for shows that the table is gone along by it.
  if (after === null) return [columns[0] === 'user_id' ? [piece("user_id >= ''")] : []]
  return columns
    .map((column, index) => [
      ...columns.slice(0, index).map((equal) => piece(`${equal} = ?`, after[equal])),
      piece(`${column} ${descending ? '<' : '>'} ?`, after[column]),
    ])
    .toReversed()
}

async function lookAtThese(
  { dialect, select }: SqlConnection,
  { columns, descending }: Order,
  user_ids: readonly string[],
  after: UserPlace | null,
): Promise<FoundUser[]> {
  if (user_ids.length === 0) return []
  const whose = isOneOf('user_id', user_ids)
  const text = `select ${COLUMNS} from ${USERS} where ${whose.text}`
  const rows = await select<FoundUser>(textFor(dialect, text), whose.values)
  const order = (a: UserPlace, b: UserPlace): number => {
    const differing = columns.map((column) => compare(a[column], b[column])).find((sign) => sign !== 0) ?? 0
    return descending ? -differing : differing
  }
  return rows.filter((row) => after === null || order(row, after) > 0).sort(order)
}

/** As both engines order: numbers by size, texts by their bytes. */
function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
}
