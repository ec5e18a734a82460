import { sql } from 'kysely'
import { errorFingerprint } from '../../../core/error-fingerprint.ts'
import type { SyncStatus } from '../../../core/sync-status.ts'
import type { SqlConnection } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'

/** Ids in one statement. */
const AT_ONCE = 100
const MOST_MESSAGE_CHARACTERS = 2000

/** Whether a sync whose status changes may come into a group, or out of one. Most syncs never have one. */
export function changesGroup(before: SyncStatus | null, after: SyncStatus): boolean {
  return before === 'lost' || (after !== 'in_progress' && after !== 'completed')
}

/**
 * Puts syncs into the groups of the errors that they ended with, and out of one when they have none any more: for
 * whoever has just ended syncs or repaired them, in the same transaction. Returns the group of each.
 */
export async function groupErrors(
  connection: SqlConnection,
  sync_ids: readonly number[],
): Promise<ReadonlyMap<number, number | null>> {
  const groups = new Map<number, number | null>()
  const known = new Map<string, number>()
  for (let from = 0; from < sync_ids.length; from += AT_ONCE) {
    const rows = await connection.query
      .selectFrom('canvas_sync_metrics')
      .select(['id', 'sync_status', 'error_type', 'error_message', 'error_group_id'])
      .where('id', 'in', sync_ids.slice(from, from + AT_ONCE))
      .orderBy('id')
      .execute()
    const moving = new Map<number | null, number[]>()
    for (const row of rows) {
      const fingerprint = errorFingerprint(row)
      let group_id: number | null = null
      if (fingerprint !== null) {
        group_id = known.get(fingerprint) ?? (await groupOf(connection, fingerprint, row))
        known.set(fingerprint, group_id)
      }
      groups.set(row.id, group_id)
      if (group_id !== row.error_group_id) moving.set(group_id, [...(moving.get(group_id) ?? []), row.id])
    }
    for (const [error_group_id, ids] of moving) {
      await connection.query
        .updateTable('canvas_sync_metrics')
        .set({ error_group_id })
        .where('id', 'in', ids)
        .execute()
    }
  }
  return groups
}

/** The syncs of a day that ended with an error and are in no group: whoever wrote them knew of none. */
export async function findUngrouped(
  { dialect, select }: SqlConnection,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<number[]> {
  const text = `select id from canvas_sync_metrics
    where sync_start_time >= ? and sync_start_time < ? and coalesce(error_group_id, 0) = 0
      and ((sync_status || '') in ('failed', 'lost', 'timed_out') or ((sync_status || '') = 'partial'
        and (coalesce(error_type, '') <> '' or coalesce(error_message, '') <> '')))`
  return (await select<{ id: number }>(textFor(dialect, text), [from, to])).map(({ id }) => id)
}

/** The group of a fingerprint, made when there is none yet. */
export async function groupOf(
  { query }: SqlConnection,
  fingerprint: string,
  { error_type, error_message }: { error_type: string | null; error_message: string | null },
): Promise<number> {
  const find = async (): Promise<number | undefined> =>
    (
      await query
        .selectFrom('canvas_sync_error_groups')
        .select('id')
        .where('fingerprint', '=', fingerprint)
        .executeTakeFirst()
    )?.id
  const known = await find()
  if (known !== undefined) return known
  // Another transaction may make the same group: then this one waits for it and finds it.
  const made = await query
    .insertInto('canvas_sync_error_groups')
    .values({ fingerprint, error_type, message: (error_message ?? '').slice(0, MOST_MESSAGE_CHARACTERS) })
    .onConflict((conflict) =>
      conflict.column('fingerprint').doUpdateSet({ fingerprint: sql`excluded.fingerprint` }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return made.id
}
