import { sql } from 'kysely'
import type { SqlConnection } from '../sql-database.ts'

const ERASED = 'An error of a user who was erased.'
export const ERASED_REASON = 'A reason that may have told of a user who was erased.'
const DECISIONS = 'canvas_sync_error_decisions'
const MOST_MESSAGE_CHARACTERS = 2000

/**
 * A group of errors keeps the message of its first sync, whosever that was: takes that of somebody else's newest sync
 * instead. Where nobody else had the error the group keeps its figures alone.
 *
 * @param sync_ids of the user, before they are deleted
 */
export async function eraseErrorMessages(
  connection: SqlConnection,
  user_id: string,
  sync_ids: readonly number[],
): Promise<void> {
  const { query } = connection
  const groups = await query
    .selectFrom('canvas_sync_metrics')
    .select('error_group_id')
    .distinct()
    .where('id', 'in', sync_ids)
    .where('error_group_id', 'is not', null)
    .execute()
  for (const { error_group_id } of groups) {
    if (error_group_id === null) continue
    const { rows } = await sql<{ error_message: string | null }>`
      select error_message from canvas_sync_metrics
      where error_group_id = ${error_group_id} and (user_id is null or user_id <> ${user_id})
      order by sync_start_time desc, id desc limit 1`.execute(query)
    const others = rows[0]
    const told =
      others === undefined
        ? { message: ERASED, fingerprint: `erased ${error_group_id}` }
        : { message: (others.error_message ?? '').slice(0, MOST_MESSAGE_CHARACTERS) }
    await query.updateTable('canvas_sync_error_groups').set(told).where('id', '=', error_group_id).execute()
    // Why somebody muted it may tell of the user, where the error was nobody else's.
    if (others === undefined) await forgetReasons(connection, error_group_id)
  }
}

async function forgetReasons({ query }: SqlConnection, error_group_id: number): Promise<void> {
  await query
    .updateTable(DECISIONS)
    .set({ reason: ERASED_REASON })
    .where('error_group_id', '=', error_group_id)
    .where('reason', 'is not', null)
    .execute()
}

/** Finds the user in what people wrote. */
export function namingUser(user_id: string): RegExp {
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${RegExp.escape(user_id)}(?![\p{L}\p{N}])`, 'iu')
}

/** What people wrote about any group and that names the user. As many rows as there were decisions. */
export async function eraseReasons({ query }: SqlConnection, user_id: string): Promise<void> {
  const rows = await query
    .selectFrom(DECISIONS)
    .select(['id', 'reason'])
    .where('reason', 'is not', null)
    .execute()
  const naming = namingUser(user_id)
  for (const { id, reason } of rows) {
    if (reason === null || !naming.test(reason)) continue
    await query.updateTable(DECISIONS).set({ reason: ERASED_REASON }).where('id', '=', id).execute()
  }
}
