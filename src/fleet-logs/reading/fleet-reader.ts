import type { Pool } from 'pg'
import type { HistogramQuery, LineHistogram } from '../../search/histogram-query.ts'
import type { LineReader, OfMachine } from '../../search/line-reader.ts'
import type { LogQuery, SearchItem } from '../../search/log-query.ts'
import type { SearchOptions } from '../../search/search-logs.ts'
import type { TailItem, TailQuery } from '../../search/tail-query.ts'
import { createPool } from '../../store/postgres/postgres-pool.ts'
import { toStoreError } from '../../store/postgres/postgres-errors.ts'
import { parsePostgresUrl, type PostgresAddress } from '../../store/postgres/postgres-url.ts'
import { fleetHistogram } from './fleet-histogram.ts'
import { searchFleet } from './fleet-search.ts'
import { tailFleet } from './fleet-tail.ts'

/** Fewer than a server runs searches: the others wait for a moment. */
const CONNECTIONS = 3
/** A statement that takes longer looks at less the next time. */
const STATEMENT_MS = 2000
/** Made for each range of times: what is known of a day's lines decides how they are read. */
const SETTINGS = ['set plan_cache_mode = auto']

/** Reads the lines of all machines out of PostgreSQL, over connections of its own. */
export class FleetReader implements LineReader, AsyncDisposable {
  readonly #address: PostgresAddress
  readonly #pool: Pool

  /** @throws MonitorError `config_invalid` */
  constructor(database: string) {
    this.#address = {
      ...parsePostgresUrl(database),
      pool_size: CONNECTIONS,
      statement_timeout_ms: STATEMENT_MS,
      session_settings: SETTINGS,
    }
    this.#pool = createPool(this.#address)
  }

  search(query: LogQuery & OfMachine, options: SearchOptions = {}): AsyncGenerator<SearchItem> {
    return this.#explained(searchFleet(this.#pool, query, options), options)
  }

  tail(query: TailQuery & OfMachine, options: SearchOptions = {}): AsyncGenerator<TailItem> {
    return this.#explained(tailFleet(this.#pool, query, options), options)
  }

  async histogram(query: HistogramQuery & OfMachine, options: SearchOptions = {}): Promise<LineHistogram> {
    try {
      return await fleetHistogram(this.#pool, query, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      throw toStoreError(error, this.#address)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end()
  }

  async *#explained<Item>(items: AsyncGenerator<Item>, { signal }: SearchOptions): AsyncGenerator<Item> {
    try {
      yield* items
    } catch (error) {
      signal?.throwIfAborted()
      throw toStoreError(error, this.#address)
    }
  }
}
