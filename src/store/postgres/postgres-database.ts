import type { Pool, PoolClient } from 'pg'
import { systemClock, type Clock } from '../../core/clock.ts'
import { MonitorError } from '../../core/errors.ts'
import type { SqlConnection, SqlDatabase } from '../sql/sql-database.ts'
import { Lane } from './lane.ts'
import { NotificationListener, type Hear } from './notification-listener.ts'
import { connectionOver } from './postgres-connection.ts'
import { isConflict, isConnectionLost, isOutdatedStatement, toStoreError } from './postgres-errors.ts'
import { createPool } from './postgres-pool.ts'
import type { PostgresAddress } from './postgres-url.ts'
import { outcomeOf, runTransaction, type Outcome } from './transaction.ts'

/** How long a write looks for a server that restarts. */
const WRITE_PATIENCE_MS = 10_000
const READ_PATIENCE_MS = 1000
/** How long anything still looks for it once the process is about to end. */
const LAST_PATIENCE_MS = 2000
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 500

/** Whether the same again, perhaps on another connection, may do better. */
const isPassing = (error: unknown): boolean => isConnectionLost(error) || isOutdatedStatement(error)

type Work<T> = (connection: SqlConnection) => Promise<T>

/**
 * A PostgreSQL database behind a pool. What the server or the network broke off is tried again for some seconds,
 * with nothing done twice: a transaction whose commit was not answered is looked up by its number first.
 */
export class PostgresDatabase implements SqlDatabase {
  readonly dialect = 'postgres'
  readonly #address: PostgresAddress
  readonly #pool: Pool
  readonly #clock: Clock
  /** Each has connections of its own, so that a load of writes leaves the reads some, and the other way round. */
  readonly #reading: Lane
  readonly #writing: Lane
  readonly #asked = new Set<Promise<unknown>>()
  readonly #listener: NotificationListener
  /** Monotonic time after which nobody looks for the server any more. */
  #hurried_until = Infinity
  #closing: Promise<void> | null = null

  constructor(address: PostgresAddress, clock: Clock = systemClock) {
    this.#address = address
    this.#clock = clock
    this.#pool = createPool(address)
    this.#listener = new NotificationListener(address, clock)
    const writers = address.pool_size >> 1
    this.#writing = new Lane(writers)
    this.#reading = new Lane(address.pool_size - writers)
  }

  read<T>(work: Work<T>): Promise<T> {
    // The wait for the others counts: of many that find no server, none waits for the patience of those before it.
    const until = this.#clock.monotonic() + READ_PATIENCE_MS
    return this.#track(() =>
      this.#reading.run(() =>
        this.#repeat(until, isPassing, () => this.#withClient((client) => work(connectionOver(client)))),
      ),
    )
  }

  write<T>(work: Work<T>): Promise<T> {
    const may_repeat = (error: unknown): boolean => isPassing(error) || isConflict(error)
    const until = this.#clock.monotonic() + WRITE_PATIENCE_MS
    return this.#track(() =>
      this.#writing.run(() =>
        this.#repeat(until, may_repeat, async () => {
          const outcome = await this.#withClient((client) => runTransaction(client, work))
          if (outcome.kind === 'undone') throw outcome.error
          return outcome.kind === 'committed' ? outcome.value : await this.#settle(outcome)
        }),
      ),
    )
  }

  /**
   * Calls `hear` with the payload of each notification on the channel until the returned function is called, and
   * with an empty one when some may have been missed.
   */
  listen(channel: string, hear: Hear): Promise<() => void> {
    if (this.#closing !== null) return Promise.reject(new MonitorError('closed', 'The store is closed.'))
    return this.#listener.listen(channel, hear)
  }

  /** Tells all who listen, on every machine, as soon as it is committed. */
  async notify(channel: string, payload = ''): Promise<void> {
    await this.write(({ select }) => select('select pg_notify($1, $2)', [channel, payload]))
  }

  /** See `Store.hurry`. */
  hurry(): void {
    this.#hurried_until = Math.min(this.#hurried_until, this.#clock.monotonic() + LAST_PATIENCE_MS)
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#listener.stop()
      await Promise.allSettled(this.#asked)
      await this.#pool.end()
    })()
    return this.#closing
  }

  async #track<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw new MonitorError('closed', 'The store is closed.')
    const answer = ask()
    this.#asked.add(answer)
    try {
      return await answer
    } catch (error) {
      throw toStoreError(error, this.#address)
    } finally {
      this.#asked.delete(answer)
    }
  }

  async #repeat<T>(
    until: number,
    may_repeat: (error: unknown) => boolean,
    attempt: () => Promise<T>,
  ): Promise<T> {
    for (let pause_ms = FIRST_PAUSE_MS; ; pause_ms = Math.min(pause_ms * 2, LONGEST_PAUSE_MS)) {
      try {
        return await attempt()
      } catch (error) {
        // Who was in somebody's way still gets its turn.
        const end = isConflict(error) ? until : Math.min(until, this.#hurried_until)
        if (!may_repeat(error) || this.#clock.monotonic() + pause_ms > end) throw error
        // Two that were in each other's way should not meet again.
        await this.#clock.sleep(pause_ms * (0.5 + Math.random()))
      }
    }
  }

  async #withClient<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    let broken = true
    try {
      const value = await use(client)
      broken = client.getTransactionStatus() !== 'I'
      return value
    } catch (error) {
      broken = isConnectionLost(error) || client.getTransactionStatus() !== 'I'
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** Asks until it is known: answering wrongly either way would lose a change or make it twice. */
  async #settle<T>(outcome: Extract<Outcome<T>, { kind: 'unknown' }>): Promise<T> {
    const status = await this.#repeat(
      this.#clock.monotonic() + WRITE_PATIENCE_MS,
      (error) => error instanceof StillInProgress || isConnectionLost(error),
      async () => {
        const found = await this.#withClient((client) => outcomeOf(client, outcome.xid))
        if (found === 'in progress') throw new StillInProgress()
        return found
      },
    ).catch(() => null)
    if (status === 'committed') return outcome.value
    if (status === 'aborted') throw outcome.error
    throw new MonitorError(
      'database_unreachable',
      `The PostgreSQL server of ${this.#address.place} went away before it said whether the last change is kept.`,
      { cause: outcome.error, next_step: 'Look whether it is there before doing it again.' },
    )
  }
}

class StillInProgress extends Error {}
