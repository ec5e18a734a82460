import { ERROR_GROUP_STATES, type ErrorGroupState } from '../../../core/error-group-state.ts'
import type {
  ErrorGroup,
  ErrorGroupDetails,
  ErrorGroupOutcome,
  ErrorGroupPage,
  ErrorGroupQuery,
  ErrorGroups,
  ErrorGroupSort,
  ErrorGroupWindow,
  ErrorTrend,
  NewErrorGroupDecision,
} from '../../error-groups.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { readCountedGroups, type CountedGroup } from './counted-groups.ts'
import { decideGroup } from './error-group-decisions.ts'
import { readDetails } from './error-group-details.ts'
import { readTrends, trendOf } from './error-trend.ts'
import { readTouched } from './touched-by-groups.ts'

/** {@link ErrorGroups} in the SQL that both engines understand. */
export class SqlErrorGroups implements ErrorGroups {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  list(query: ErrorGroupQuery): Promise<ErrorGroupPage> {
    return this.#database.read((connection) => listGroups(connection, query))
  }

  find(id: number, window: ErrorGroupWindow): Promise<ErrorGroupDetails | null> {
    return this.#database.read(async (connection) => {
      const [counted] = await readCountedGroups(connection, window, { group_id: id })
      if (counted === undefined) return null
      const trend = trendOf(window)
      const [group] = await describeGroups(connection, [counted], trend, window)
      return group === undefined ? null : await readDetails(connection, group, trend, window)
    })
  }

  decide(decision: NewErrorGroupDecision): Promise<ErrorGroupOutcome | null> {
    return this.#database.write((connection) => decideGroup(connection, decision))
  }
}

async function listGroups(connection: SqlConnection, query: ErrorGroupQuery): Promise<ErrorGroupPage> {
  const { sort = 'most', limit, after = null } = query
  const with_message = query.text !== undefined
  const counted = (await readCountedGroups(connection, query, { with_message })).filter(
    (group) => isOfType(group, query) && hasText(group, query),
  )
  const states = Object.fromEntries(ERROR_GROUP_STATES.map((state) => [state, 0])) as Record<
    ErrorGroupState,
    number
  >
  for (const { state } of counted) states[state]++
  const placed = counted
    .filter(({ state }) => query.states === undefined || query.states.includes(state))
    .map((group) => ({ group, value: VALUES[sort](group), id: group.id }))
    .sort((a, b) => b.value - a.value || b.id - a.id)
    .filter(
      ({ value, id }) => after === null || value < after.value || (value === after.value && id < after.id),
    )
  const page = placed.slice(0, limit)
  const last = page.at(-1)
  const trend = trendOf(query)
  return {
    groups: await describeGroups(
      connection,
      page.map(({ group }) => group),
      trend,
      query,
    ),
    next: last === undefined || placed.length <= limit ? null : { value: last.value, id: last.id },
    trend,
    states,
  }
}

/** Whatever stands behind a page, everything that it shows is looked up by key. */
async function describeGroups(
  connection: SqlConnection,
  counted: readonly CountedGroup[],
  trend: ErrorTrend,
  window: ErrorGroupWindow,
): Promise<ErrorGroup[]> {
  const ids = counted.map(({ id }) => id)
  const touched = await readTouched(connection, ids, window)
  const trends = await readTrends(connection, ids, trend, window)
  return counted.flatMap((group) => {
    const of_group = touched.get(group.id)
    return of_group === undefined ? [] : [{ ...group, ...of_group, trend: trends.get(group.id) ?? [] }]
  })
}

const VALUES: Readonly<Record<ErrorGroupSort, (group: CountedGroup) => number>> = {
  most: ({ syncs }) => syncs,
  newest: ({ last_seen_at }) => last_seen_at,
  rising: ({ syncs, recent_syncs }) => 2 * recent_syncs - syncs,
}

function isOfType({ error_type }: CountedGroup, { error_types }: ErrorGroupQuery): boolean {
  return error_types === undefined || (error_type !== null && error_types.includes(error_type))
}

const lower = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())

function hasText({ message }: CountedGroup, { text }: ErrorGroupQuery): boolean {
  return text === undefined || lower(message ?? '').includes(lower(text))
}
