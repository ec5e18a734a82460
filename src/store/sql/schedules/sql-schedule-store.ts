import { sql } from 'kysely'
import type { DueRun, ScheduleTerms } from '../../../core/schedule.ts'
import type { AuditEntry } from '../../access-store.ts'
import {
  LONGEST_STREAK,
  type DeclaredAll,
  type DueDecisions,
  type FoundStart,
  type ScheduleDeclarer,
  type ScheduleOutcome,
  type SchedulePruning,
  type ScheduleStore,
  type ScheduleStreak,
  type SeenDueRun,
  type StartQuery,
  type WatchedSchedule,
  type WatchGap,
} from '../../schedules.ts'
import { forUpdate } from '../for-update.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { decideDueRuns } from './decide-due-runs.ts'
import { declareAll } from './declare-all.ts'
import { declareSchedule, forgetWaiting } from './declare-schedule.ts'
import { findStart } from './find-start.ts'
import { DUE_RUNS, readDueRuns, SCHEDULES, toSchedule, WATCHES } from './schedule-rows.ts'
import { keepLooking, listGaps } from './watch-gaps.ts'

const DECIDED = ['started', 'late', 'missed', 'unknown'] as const

/** {@link ScheduleStore} in the SQL that both engines understand. */
export class SqlScheduleStore implements ScheduleStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  declare(
    terms: ScheduleTerms,
    by: ScheduleDeclarer,
    now: number,
    audit: AuditEntry | null,
  ): Promise<{ outcome: ScheduleOutcome; schedule: WatchedSchedule | null }> {
    return this.#database.write((connection) => declareSchedule(connection, terms, by, { now, audit }))
  }

  declareAll(terms: readonly ScheduleTerms[], now: number, when: 'start' | 'still'): Promise<DeclaredAll> {
    return this.#database.write((connection) => declareAll(connection, terms, now, when))
  }

  list(user_ids?: readonly string[]): Promise<WatchedSchedule[]> {
    return this.#database.read(async ({ query }) => {
      if (user_ids?.length === 0) return []
      const rows = await query
        .selectFrom(SCHEDULES)
        .selectAll()
        .$if(user_ids !== undefined, (select) => select.where('user_id', 'in', [...(user_ids ?? [])]))
        .orderBy('slug')
        .execute()
      return rows.map(toSchedule)
    })
  }

  find(slug: string): Promise<WatchedSchedule | null> {
    return this.#database.read(async ({ query }) => {
      const row = await query.selectFrom(SCHEDULES).selectAll().where('slug', '=', slug).executeTakeFirst()
      return row === undefined ? null : toSchedule(row)
    })
  }

  listDueRuns(schedule_id: number, limit: number): Promise<SeenDueRun[]> {
    return this.#database.read((connection) => readDueRuns(connection, schedule_id, { limit }))
  }

  setPaused(
    slug: string,
    paused: boolean,
    now: number,
    audit: AuditEntry | null,
  ): Promise<WatchedSchedule | null> {
    return this.#database.write(async (connection) => {
      const { query, dialect } = connection
      const select = query.selectFrom(SCHEDULES).selectAll().where('slug', '=', slug)
      const known = await forUpdate(select, dialect).executeTakeFirst()
      if (known === undefined) return null
      if ((known.paused === 1) === paused) return toSchedule(known)
      if (paused) await forgetWaiting(connection, known.id)
      const changed = await query
        .updateTable(SCHEDULES)
        .set((of) => ({
          paused: paused ? 1 : 0,
          updated_at: now,
          version: of('version', '+', 1),
          ...(paused ? {} : { expected_since: now }),
        }))
        .where('id', '=', known.id)
        .returningAll()
        .executeTakeFirstOrThrow()
      if (audit !== null) await query.insertInto('canvas_sync_audit').values(audit).execute()
      return toSchedule(changed)
    })
  }

  remove(slug: string, audit: AuditEntry | null): Promise<'removed' | 'declared' | null> {
    return this.#database.write(async ({ query, dialect }) => {
      const select = query.selectFrom(SCHEDULES).select(['id', 'origin']).where('slug', '=', slug)
      const known = await forUpdate(select, dialect).executeTakeFirst()
      if (known === undefined) return null
      if (known.origin === 'config') return 'declared'
      await query.deleteFrom(SCHEDULES).where('id', '=', known.id).execute()
      if (audit !== null) await query.insertInto('canvas_sync_audit').values(audit).execute()
      return 'removed'
    })
  }

  keepLooking(now: number, unreachable_since: number | null = null): Promise<void> {
    return this.#database.write((connection) => keepLooking(connection, now, unreachable_since))
  }

  listGaps(since: number): Promise<WatchGap[]> {
    return this.#database.read((connection) => listGaps(connection, since))
  }

  listWatched(): Promise<WatchedSchedule[]> {
    return this.#database.read(readWatched)
  }

  findStarts(queries: readonly StartQuery[]): Promise<(FoundStart | null)[]> {
    return this.#database.read(async (connection) => {
      const found: (FoundStart | null)[] = []
      for (const query of queries) found.push(await findStart(connection, query))
      return found
    })
  }

  decide(decisions: DueDecisions): Promise<boolean> {
    return this.#database.write((connection) => decideDueRuns(connection, decisions))
  }

  listUnserved(since: number, limit: number): Promise<DueRun[]> {
    return this.#database.read(({ query }) =>
      query
        .selectFrom(DUE_RUNS)
        .selectAll()
        .where('state', 'in', [sql.lit('missed' as const), sql.lit('unknown' as const)])
        .where('due_at', '>=', since)
        .orderBy('due_at', 'desc')
        .limit(limit)
        .execute(),
    )
  }

  listStreaks(now: number): Promise<ScheduleStreak[]> {
    return this.#database.read(async (connection) => {
      const streaks: ScheduleStreak[] = []
      for (const schedule of await readWatched(connection)) {
        streaks.push({ schedule, runs: await readStreak(connection, schedule, now) })
      }
      return streaks
    })
  }

  prune({ before, keep, limit }: SchedulePruning): Promise<number> {
    return this.#database.write(async ({ query }) => {
      const old = query.selectFrom(DUE_RUNS).select(['schedule_id', 'due_at']).where('due_at', '<', before)
      const rows = await old.orderBy('due_at').limit(limit).execute()
      for (const { id } of await query.selectFrom(SCHEDULES).select('id').execute()) {
        if (rows.length >= limit) break
        const last = await query
          .selectFrom(DUE_RUNS)
          .select('due_at')
          .where('schedule_id', '=', id)
          .orderBy('due_at', 'desc')
          .offset(keep)
          .limit(1)
          .executeTakeFirst()
        if (last === undefined) continue
        const more = await query
          .selectFrom(DUE_RUNS)
          .select(['schedule_id', 'due_at'])
          .where('schedule_id', '=', id)
          .where('due_at', '<=', last.due_at)
          .where('due_at', '>=', before)
          .orderBy('due_at')
          .limit(limit - rows.length)
          .execute()
        rows.push(...more)
      }
      for (const { schedule_id, due_at } of rows) {
        await query
          .deleteFrom(DUE_RUNS)
          .where('schedule_id', '=', schedule_id)
          .where('due_at', '=', due_at)
          .execute()
      }
      await query.deleteFrom(WATCHES).where('looked_until', '<', before).execute()
      return rows.length
    })
  }
}

async function readWatched({ query }: SqlConnection): Promise<WatchedSchedule[]> {
  const rows = await query.selectFrom(SCHEDULES).selectAll().where('paused', '=', 0).orderBy('id').execute()
  return rows.map(toSchedule)
}

async function readStreak(
  connection: SqlConnection,
  { id, last, max_run_ms }: WatchedSchedule,
  now: number,
): Promise<SeenDueRun[]> {
  if (last === null) return []
  const isOver = ({ sync }: SeenDueRun): boolean =>
    max_run_ms !== null && sync !== null && (sync.sync_end_time ?? now) - sync.sync_start_time > max_run_ms
  const runs = await readDueRuns(connection, id, {
    limit: last.state === 'started' ? 1 : LONGEST_STREAK,
    states: DECIDED,
  })
  const good = runs.findIndex((run) => run.state === 'started' && !isOver(run))
  return good === -1 ? runs : runs.slice(0, good + 1)
}
