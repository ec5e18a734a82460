import { INCIDENT_STATES } from '../../../core/incident.ts'
import {
  OTHER_LABEL,
  type ChannelCounts,
  type Counters,
  type CountsQuery,
  type EventCount,
  type EventCounts,
  type ExampleSync,
  type OpenIncidents,
  type PeopleCounts,
  type PeopleQuery,
  type SyncCounts,
} from '../../counters.ts'
import { USERS } from '../figures/figure-columns.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'
import { errorCounts, lastSeen, sumsOfAll, typeCounts } from './counted-syncs.ts'
import { examplesOf } from './example-syncs.ts'

interface RunningRow {
  readonly sync_type: string
  readonly syncs: number
  readonly first_started_at: number
  readonly last_started_at: number
  readonly remaining: number | null
}

const OPEN_STATES = INCIDENT_STATES.filter((state) => state !== 'resolved')

/** {@link Counters} in the SQL that both engines understand. */
export class SqlCounters implements Counters {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  syncs({ remaining_since }: CountsQuery): Promise<SyncCounts> {
    return this.#database.read(async (connection) => {
      const sync_types = await labelled(connection)
      const running = await runningSyncs(connection)
      const { last_courses, remaining } = await lastSeen(connection, remaining_since)
      const left = [remaining, ...running.map((row) => row.remaining)].filter((value) => value !== null)
      return {
        sync_types,
        by_type: await typeCounts(connection),
        errors: await errorCounts(connection),
        sums: await sumsOfAll(connection),
        running: underLabels(running, new Set(sync_types)),
        last_courses,
        rate_limit_remaining: left.length === 0 ? null : Math.min(...left),
      }
    })
  }

  examples(sync_types: readonly string[]): Promise<ExampleSync[]> {
    return this.#database.read((connection) => examplesOf(connection, sync_types))
  }

  events(): Promise<EventCounts> {
    return this.#database.read(async ({ select }) => ({
      counts: await select<EventCount>(COUNTED_EVENTS, []),
      open_incidents: await select<OpenIncidents>(OPEN_INCIDENTS, []),
      channels: await select<ChannelCounts>(CHANNELS, []),
    }))
  }

  people({ fresh_since, active_since }: PeopleQuery): Promise<PeopleCounts> {
    return this.#database.read(async ({ dialect, select }) => {
      const parameters = [active_since, fresh_since, active_since]
      const [row] = await select<PeopleCounts>(textFor(dialect, PEOPLE), parameters)
      return row ?? { stale_users: 0, sources: 0 }
    })
  }
}

const COUNTED_EVENTS = `select kind, label_1, label_2, counted from canvas_sync_event_counters
  order by kind, label_1, label_2`

const OPEN_INCIDENTS = `select rule, severity, state, error_type, cast(count(*) as double precision) as incidents
  from canvas_sync_incidents where state in (${OPEN_STATES.map((state) => `'${state}'`).join(', ')})
  group by rule, severity, state, error_type order by rule, severity, state, error_type`

const CHANNELS = `select channel, failures, (
    select cast(count(*) as double precision) from canvas_sync_notifications n
    where n.channel = canvas_sync_channels.channel and n.state = 'waiting'
  ) as waiting from canvas_sync_channels order by channel`

const PEOPLE = `select
  (select cast(count(*) as double precision) from ${USERS}
    where last_sync_start_time >= ? and last_completed_start_time < ?) as stale_users,
  (select cast(count(*) as double precision) from canvas_sync_sources where last_connected_at >= ?) as sources`

async function labelled({ select }: SqlConnection): Promise<string[]> {
  const rows = await select<{ label: string }>(
    `select label from canvas_sync_counter_labels where kind = 'sync_type' order by label`,
    [],
  )
  return rows.map(({ label }) => label)
}

function runningSyncs({ select }: SqlConnection): Promise<RunningRow[]> {
  const text = `select sync_type, cast(count(*) as double precision) as syncs,
      min(sync_start_time) as first_started_at, max(sync_start_time) as last_started_at,
      min(api_rate_limit_remaining_min) as remaining
    from canvas_sync_metrics where sync_status = 'in_progress' group by sync_type order by sync_type`
  return select<RunningRow>(text, [])
}

function underLabels(running: readonly RunningRow[], labels: ReadonlySet<string>): SyncCounts['running'] {
  const labelled = Map.groupBy(running, ({ sync_type }) => (labels.has(sync_type) ? sync_type : OTHER_LABEL))
  return [...labelled].map(([sync_type, rows]) => ({
    sync_type,
    syncs: rows.reduce((total, { syncs }) => total + syncs, 0),
    first_started_at: Math.min(...rows.map((row) => row.first_started_at)),
    last_started_at: Math.max(...rows.map((row) => row.last_started_at)),
  }))
}
