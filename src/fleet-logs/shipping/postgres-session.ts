import type { Client } from 'pg'
import type { Clock } from '../../core/clock.ts'
import type { LogStream } from '../../core/log-event.ts'
import { MonitorError } from '../../core/errors.ts'
import { lockKey } from '../../store/postgres/postgres-connection.ts'
import type { DayDropper } from '../tables/day-dropper.ts'
import { dayOf } from '../tables/log-days.ts'
import {
  daysFrom,
  farFrom,
  makeNextDays,
  makePartitions,
  oldestKeptDay,
  serverTime,
} from '../tables/partitions.ts'
import { copyLines } from './copy-lines.ts'
import type { Delivered, DestinationSession } from './destination.ts'
import { ERASURE_LOCK, ErasedPeople } from './erased-people.ts'
import { skipsIn, type LineBatch, type ShippedLine } from './shipped-line.ts'

const KEEP_EVERY_MS = 3_600_000
/** Days to come that machines whose clocks are wrong may have lines of: each is a table, and dropped when it is past. */
const MOST_FAR_DAYS = 50

export interface ShippedFolder {
  readonly machine: string
  /** Absolute, and what tells it from a folder of this name on another machine of this name. */
  readonly directory: string
  readonly keep_days: number
}

export interface SessionParts {
  readonly clock: Clock
  readonly dropper: DayDropper
}

interface Position {
  readonly stream: LogStream
  readonly place: string
  readonly revision: number
}

/** One connection that ships the lines of one folder, while nobody else does. */
export class PostgresSession implements DestinationSession {
  readonly places: ReadonlyMap<LogStream, string>
  readonly #client: Client
  readonly #folder: ShippedFolder
  readonly #clock: Clock
  readonly #revisions: Map<LogStream, number>
  readonly #erased = new ErasedPeople()
  readonly #days = new Set<number>()
  readonly #dropper: DayDropper
  #far_from_ms = Number.POSITIVE_INFINITY
  #far_days: Set<number> = new Set()
  #kept_at_ms = Number.NEGATIVE_INFINITY
  #kept_from_ms = Number.NEGATIVE_INFINITY

  private constructor(
    client: Client,
    folder: ShippedFolder,
    { clock, dropper }: SessionParts,
    positions: readonly Position[],
  ) {
    this.#client = client
    this.#dropper = dropper
    this.#folder = folder
    this.#clock = clock
    this.places = new Map(positions.map(({ stream, place }) => [stream, place]))
    this.#revisions = new Map(positions.map(({ stream, revision }) => [stream, revision]))
  }

  /** Null when another process ships this folder. The client is the session's from then on. */
  static async open(
    client: Client,
    folder: ShippedFolder,
    parts: SessionParts,
  ): Promise<PostgresSession | null> {
    const { machine, directory } = folder
    const { rows } = await client.query<{ taken: number }>('select pg_try_advisory_lock($1) as taken', [
      lockKey(`fleet logs of ${machine} ${directory}`),
    ])
    if (rows[0]?.taken !== 1) return null
    const positions = await client.query<Position>(
      'select stream, place, revision from canvas_sync_log_positions where machine = $1 and directory = $2',
      [machine, directory],
    )
    return new PostgresSession(client, folder, parts, positions.rows)
  }

  /** One transaction: the lines and the place behind them are kept together, or neither is. */
  async deliver(batch: LineBatch): Promise<Delivered> {
    await this.keep()
    const recent = batch.lines.filter(
      ({ entry }) => entry.timestamp_ms >= this.#kept_from_ms && this.#hasDay(entry.timestamp_ms),
    )
    await this.#prepareDays(recent)
    const client = this.#client
    await client.query('begin')
    try {
      await client.query('select pg_advisory_xact_lock_shared($1)', [lockKey(ERASURE_LOCK)])
      await this.#erased.read(client)
      const lines = this.#erased.kept(recent)
      const id = await transactionId(client)
      const new_lines = await copyLines(client, lines, this.#folder.machine, id)
      if (new_lines > 0) await this.#tellBatch(id, batch.stream, new_lines, lines)
      await this.#movePlace(batch, new_lines)
      await client.query('commit')
      this.#revisions.set(batch.stream, (this.#revisions.get(batch.stream) ?? 0) + 1)
      return { new_lines, copies: lines.length - new_lines, left_out: batch.lines.length - lines.length }
    } catch (error) {
      this.#days.clear()
      await client.query('rollback').catch(() => {})
      throw error
    }
  }

  /** Partitions of the next days; no more of old ones, but no line waits for that. */
  async keep(): Promise<void> {
    this.#dropper.look()
    if (this.#clock.monotonic() - this.#kept_at_ms < KEEP_EVERY_MS) return
    const now_ms = await serverTime(this.#client)
    await makeNextDays(this.#client, now_ms)
    this.#kept_from_ms = oldestKeptDay(now_ms, this.#folder.keep_days)
    this.#far_from_ms = farFrom(now_ms)
    this.#far_days = await daysFrom(this.#client, this.#far_from_ms)
    this.#days.clear()
    this.#kept_at_ms = this.#clock.monotonic()
  }

  async finish(): Promise<void> {
    await this.keep()
    await this.#dropper.settled()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dropper.stop()
    await this.#client.end().catch(() => {})
  }

  #hasDay(time_ms: number): boolean {
    if (time_ms < this.#far_from_ms) return true
    const day_ms = dayOf(time_ms)
    if (this.#far_days.size < MOST_FAR_DAYS) this.#far_days.add(day_ms)
    return this.#far_days.has(day_ms)
  }

  async #prepareDays(lines: readonly ShippedLine[]): Promise<void> {
    const missing = new Set<number>()
    for (const { entry } of lines) {
      const day_ms = dayOf(entry.timestamp_ms)
      if (!this.#days.has(day_ms)) missing.add(day_ms)
    }
    if (missing.size === 0) return
    await makePartitions(this.#client, missing)
    for (const day_ms of missing) this.#days.add(day_ms)
  }

  /** In the order of these numbers the lines are followed; see `FleetTail`. */
  async #tellBatch(
    id: string,
    stream: LogStream,
    new_lines: number,
    lines: readonly ShippedLine[],
  ): Promise<void> {
    let [first_ms, last_ms] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const { entry } of lines) {
      first_ms = Math.min(first_ms, entry.timestamp_ms)
      last_ms = Math.max(last_ms, entry.timestamp_ms)
    }
    await this.#client.query(
      `insert into canvas_sync_log_batches (batch, machine, stream, lines, first_at, last_at, shipped_at)
       values ($1, $2, $3, $4, $5, $6, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)`,
      [id, this.#folder.machine, stream, new_lines, first_ms, last_ms],
    )
  }

  async #movePlace({ stream, place, skipped }: LineBatch, new_lines: number): Promise<void> {
    const { machine, directory } = this.#folder
    const revision = this.#revisions.get(stream) ?? 0
    const { rowCount } = await this.#client.query(
      `insert into canvas_sync_log_positions as known
         (machine, directory, stream, place, revision, lines, skipped, updated_at)
       values ($1, $2, $3, $4, 1, $6, $7, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
       on conflict (machine, directory, stream) do update set place = excluded.place,
         revision = known.revision + 1, lines = known.lines + excluded.lines,
         skipped = known.skipped + excluded.skipped, updated_at = excluded.updated_at
       where known.revision = $5`,
      [machine, directory, stream, place, revision, new_lines, skipsIn(skipped)],
    )
    if (rowCount !== 1) throw movedByOthers()
  }
}

async function transactionId(client: Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>('select pg_current_xact_id()::text as id')
  return rows[0]?.id ?? '0'
}

/** The lock was lost with a connection, and another process went on from there. */
function movedByOthers(): MonitorError {
  return new MonitorError('database_busy', 'Another process has shipped these lines meanwhile.')
}
