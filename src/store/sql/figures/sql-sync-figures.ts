import { boundedTime } from '../../../core/time-buckets.ts'
import type {
  CheckStep,
  DurationPercentiles,
  FiguresPeriod,
  FiguresPlace,
  FiguresWindow,
  SeriesPoint,
  SeriesQuery,
  SyncFigures,
  SyncTotals,
  TotalsFilter,
} from '../../sync-figures.ts'
import { readPercentiles } from './duration-figures.ts'
import { checkStep } from './figure-check.ts'
import { USERS } from './figure-columns.ts'
import { rebuildStep } from './figure-rebuild.ts'
import { readSeries } from './figure-series.ts'
import { readTotals } from './figure-totals.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { isOneOf, joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'
import { behindLead, type IndexLead } from '../lists/sync-list-spans.ts'

/** {@link SyncFigures} in the SQL that both engines understand. */
export class SqlSyncFigures implements SyncFigures {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  totals(filter: TotalsFilter): Promise<SyncTotals> {
    return this.#database.read((connection) => readTotals(connection, filter))
  }

  async countUsers({ since, user_ids }: FiguresWindow): Promise<number> {
    if (user_ids?.length === 0) return 0
    return await this.#database.read(async ({ dialect, select }) => {
      const whose = user_ids === undefined ? piece('') : isOneOf('user_id', user_ids)
      // Each sync writes its user's row, so that an index would have PostgreSQL fetch nearly every row by itself: to go
      // through the few pages of the table takes a third of the time.
      const recent =
        dialect === 'postgres' && user_ids === undefined
          ? "ctid >= '(0,0)' and last_sync_start_time + 0 >= ?"
          : 'last_sync_start_time >= ?'
      const text = `select count(*) as users from ${USERS} where ${recent}
        ${whose.text === '' ? '' : `and ${whose.text}`}`
      const rows = await select<{ users: number }>(textFor(dialect, text), [
        boundedTime(since),
        ...whose.values,
      ])
      return rows[0]?.users ?? 0
    })
  }

  durationPercentiles(period: FiguresPeriod, fractions: readonly number[]): Promise<DurationPercentiles> {
    return this.#database.read((connection) => readPercentiles(connection, period, fractions))
  }

  series(query: SeriesQuery): Promise<SeriesPoint[]> {
    return this.#database.read((connection) => readSeries(connection, query))
  }

  recentError(window: FiguresWindow): Promise<string | null> {
    return this.#database.read((connection) => readRecentError(connection, window))
  }

  check(place: FiguresPlace | null): Promise<CheckStep> {
    return this.#database.read((connection) => checkStep(connection, place))
  }

  rebuild(place: FiguresPlace | null): Promise<FiguresPlace | null> {
    return this.#database.write((connection) => rebuildStep(connection, place))
  }
}

/** How many of the newest syncs with an error are searched for a message: nearly always the first one has it. */
const RECENT_ERRORS = [1, 20]

const WITH_ERROR: IndexLead = { column: '(error_group_id is not null)', value: piece('true') }

interface Said {
  readonly at: number
  readonly id: number
  readonly message: string | null
}

async function readRecentError(
  { dialect, select }: SqlConnection,
  { since, user_ids }: FiguresWindow,
): Promise<string | null> {
  const newest = async (whose: SqlPiece, lead: IndexLead): Promise<Said[]> => {
    // PostgreSQL goes along the index of the errors only when it is asked by its first column, too.
    const named = dialect === 'postgres' ? lead : null
    const from = behindLead(named, ['sync_start_time'], '>=', [boundedTime(since)])
    // An index that has other values before the start times would go on into the next one.
    const until = behindLead(named, ['sync_start_time'], '<', [Number.MAX_SAFE_INTEGER])
    const window = named === null || whose.text === '' ? from : joined([from, until], ' and ')
    // SQLite would walk along all syncs of a user, of whom many have no error.
    const index = whose.text === '' ? 'canvas_sync_metrics_errors' : 'canvas_sync_metrics_user_errors'
    const indexed = dialect === 'sqlite' ? ` indexed by ${index}` : ''
    const text = `select sync_start_time as at, id, error_message as message from canvas_sync_metrics${indexed}
      where ${whose.text}error_group_id is not null and ${window.text}
      order by ${named === null ? '' : `${named.column} desc, `}sync_start_time desc, id desc limit ?`
    for (const limit of RECENT_ERRORS) {
      const values = [...whose.values, ...window.values, limit]
      const rows = await select<Said>(textFor(dialect, text), values)
      const said = rows.filter(({ message }) => message !== null)
      if (said.length > 0 || rows.length < limit) return said
    }
    return []
  }
  const said: Said[] = []
  if (user_ids === undefined) said.push(...(await newest(piece(''), WITH_ERROR)))
  else {
    for (const user_id of user_ids) {
      // Beside an equality PostgreSQL would not enter the index by the comparison.
      const whose =
        dialect === 'postgres' ? piece('user_id is not null and ') : piece('user_id = ? and ', user_id)
      said.push(...(await newest(whose, { column: 'user_id', value: piece('?', user_id) })))
    }
  }
  said.sort((a, b) => b.at - a.at || b.id - a.id)
  return said[0]?.message ?? null
}
