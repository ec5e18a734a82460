import type { EarlierAnswer, EarlierSync } from '../../earlier-store.ts'
import type { SqlConnection } from '../sql-database.ts'
import type { EarlierStatements } from './earlier-statements.ts'
import { addSums, ErrorGroupFinder, heartbeatOf, taskOf } from './earlier-values.ts'
import { renewLeastAndGreatest, type CountedSync } from './least-and-greatest.ts'

/** A sync that was taken over before, and what the earlier system says of it now. */
export interface ChangedSync {
  readonly sync: EarlierSync
  readonly sync_id: number
}

/** Writes what the earlier system has changed; what was deleted here stays so. */
export async function updateChanged(
  connection: SqlConnection,
  texts: EarlierStatements,
  system_id: number,
  changed: readonly ChangedSync[],
): Promise<Pick<EarlierAnswer, 'updated' | 'deleted'>> {
  if (changed.length === 0) return { updated: 0, deleted: 0 }
  const ids = JSON.stringify(changed.map(({ sync_id }) => sync_id))
  const rows = await connection.select<{ id: number; sync_task_id: string }>(texts.syncsById, [ids])
  const there = new Map(rows.map((row) => [row.id, row.sync_task_id]))
  // SQLite gives the id of a deleted sync away again.
  const kept = changed.filter(({ sync, sync_id }) => there.get(sync_id)?.startsWith(taskOf(sync)) === true)
  const completed = await connection.select<CountedSync>(texts.completedById, [ids])
  const groups = new ErrorGroupFinder(connection)
  await connection.executeMany(
    texts.reopenSync,
    kept.map(({ sync_id }) => [sync_id]),
  )
  const written: unknown[][] = []
  for (const { sync, sync_id } of kept) {
    const group = await groups.groupOf(sync)
    written.push([...sync.values.slice(1), heartbeatOf(sync), group, sync_id])
  }
  await connection.executeMany(texts.updateSync, written)
  // The errors are counted by triggers, which know the old group.
  await addSums(
    connection,
    texts,
    kept.map(({ sync, sync_id }) => ({ sync, id: sync_id, error_group_id: null })),
  )
  await renewLeastAndGreatest(connection, completed)
  await connection.executeMany(
    texts.updateRow,
    changed.map(({ sync }) => [sync.content_digest, system_id, sync.key]),
  )
  return { updated: kept.length, deleted: changed.length - kept.length }
}
