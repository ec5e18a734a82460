import { sql } from 'kysely'
import type { DueDecisions } from '../../schedules.ts'
import type { SqlConnection } from '../sql-database.ts'
import { DUE_RUNS, SCHEDULES } from './schedule-rows.ts'

/** See `ScheduleStore.decide`; inside of a transaction. */
export async function decideDueRuns(
  { query }: SqlConnection,
  { schedule_id, version, runs }: DueDecisions,
): Promise<boolean> {
  const newest = runs.at(-1)
  if (newest === undefined) return true
  const { due_at, state, sync_id, started_at } = newest
  // Where what is decided is older than the last, that stays the last.
  const is_last = sql<boolean>`(due_at is null or due_at <= ${due_at})`
  const seen = await query
    .updateTable(SCHEDULES)
    .set((of) => ({ version: of('version', '+', 1) }))
    .where('id', '=', schedule_id)
    .where('version', '=', version)
    .returning('id')
    .executeTakeFirst()
  if (seen === undefined) return false
  for (const run of runs) {
    const { started_at: _, ...columns } = run
    const { state, sync_id, decided_at } = run
    await query
      .insertInto(DUE_RUNS)
      .values({ schedule_id, ...columns })
      .onConflict((conflict) =>
        conflict.columns(['schedule_id', 'due_at']).doUpdateSet({ state, sync_id, decided_at }),
      )
      .execute()
  }
  await query
    .updateTable(SCHEDULES)
    .set({ due_at, due_state: state, due_sync_id: sync_id, due_started_at: started_at })
    .where('id', '=', schedule_id)
    .where(is_last)
    .execute()
  return true
}
