import { realpath } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { systemClock, type Clock } from '../../core/clock.ts'
import { isMonitorError } from '../../core/errors.ts'
import { connectClient } from '../../store/postgres/postgres-pool.ts'
import { isConflict, isConnectionLost, sqlState, toStoreError } from '../../store/postgres/postgres-errors.ts'
import { parsePostgresUrl, type PostgresAddress } from '../../store/postgres/postgres-url.ts'
import { DayDropper } from '../tables/day-dropper.ts'
import { DEFAULT_KEEP_DAYS } from '../tables/log-days.ts'
import type { DestinationSession, LogDestination } from './destination.ts'
import { folderId } from './folder-id.ts'
import { PostgresSession } from './postgres-session.ts'

export interface PostgresDestinationOptions {
  /** `postgres://…`, with this version's schema. */
  readonly database: string
  readonly directory: string
  /** Default: the name of this host. */
  readonly machine?: string | null | undefined
  /** Days of lines that are kept, today not counted. Default 30. */
  readonly keep_days?: number | undefined
  readonly clock?: Clock
}

/**
 * What passes by itself, besides a connection that is lost: too many connections, a server that shuts down, a lock or a
 * statement that took too long, a full disk, a database that takes no changes for now, a partition that was dropped.
 */
const PASSING = /^(?:53|55P03|57|25006|25P0|23514|40|58)/

/** The table of all machines' lines in PostgreSQL. */
export class PostgresDestination implements LogDestination {
  readonly name = 'PostgreSQL'
  readonly #address: PostgresAddress
  readonly #options: PostgresDestinationOptions
  readonly #clock: Clock
  readonly #keep_days: number
  readonly #dropper: DayDropper

  /** @throws MonitorError `config_invalid` */
  constructor(options: PostgresDestinationOptions) {
    this.#address = parsePostgresUrl(options.database)
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#keep_days = options.keep_days ?? DEFAULT_KEEP_DAYS
    this.#dropper = new DayDropper({
      connect: () => connectClient(this.#address),
      keep_days: this.#keep_days,
      clock: this.#clock,
    })
  }

  get upkeep_failure(): unknown {
    return this.#dropper.failure
  }

  async open(): Promise<DestinationSession | null> {
    const { directory, machine } = this.#options
    const path = await realpath(directory).catch(() => resolve(directory))
    const folder = {
      machine: machine ?? hostname(),
      directory: `${path} ${await folderId(path)}`.trim(),
      keep_days: this.#keep_days,
    }
    const client = await connectClient(this.#address)
    try {
      const session = await PostgresSession.open(client, folder, {
        clock: this.#clock,
        dropper: this.#dropper,
      })
      if (session === null) await client.end()
      return session
    } catch (error) {
      client.end().catch(() => {})
      throw error
    }
  }

  isPassing(error: unknown): boolean {
    const state = sqlState(error)
    if (isConnectionLost(error) || isConflict(error) || (state !== undefined && PASSING.test(state)))
      return true
    return isMonitorError(error) && error.code === 'database_busy'
  }

  explain(error: unknown): unknown {
    return toStoreError(error, this.#address)
  }
}
