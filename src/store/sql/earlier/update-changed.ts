import type { EarlierAnswer } from '../../earlier-store.ts'
import { IMPORT_TRIGGER, type EarlierSync } from '../../earlier-sync.ts'
import { heartbeatOf, renamedTask, taskOf, valueOf } from './earlier-values.ts'
import type { EarlierWrite } from './insert-fresh.ts'
import { renewLeastAndGreatest, type CountedSync } from './least-and-greatest.ts'

/** A sync that was taken over before, and what the earlier system says of it now. */
export interface ChangedSync {
  readonly sync: EarlierSync
  readonly sync_id: number
}

/** What has the id that a sync was taken over under. */
export interface SyncThere {
  readonly id: number
  readonly sync_task_id: string
  readonly sync_start_time: number
  readonly made_by: string
}

/**
 * Whether it is still the sync that was taken over: SQLite gives the id of a deleted one away again. The earlier system may
 * have changed its task id or its start, but then not both.
 */
export function isTheSame(there: SyncThere, sync: EarlierSync): boolean {
  if (there.made_by !== IMPORT_TRIGGER) return false
  const task_id = taskOf(sync)
  return (
    there.sync_task_id === task_id ||
    there.sync_task_id === renamedTask(task_id, sync.key) ||
    there.sync_start_time === valueOf(sync, 'sync_start_time')
  )
}

/** Writes what the earlier system has changed, but not its sums; what was deleted here stays so. A task id stays as it is. */
export async function updateChanged(
  { connection, texts, system_id, groups, sums }: EarlierWrite,
  changed: readonly ChangedSync[],
): Promise<Pick<EarlierAnswer, 'updated' | 'deleted'>> {
  if (changed.length === 0) return { updated: 0, deleted: 0 }
  const ids = JSON.stringify(changed.map(({ sync_id }) => sync_id))
  const rows = await connection.select<SyncThere>(texts.syncsById, [ids])
  const there = new Map(rows.map((row) => [row.id, row]))
  const kept = changed.filter(({ sync, sync_id }) => {
    const row = there.get(sync_id)
    return row !== undefined && isTheSame(row, sync)
  })
  const completed = await connection.select<CountedSync>(texts.completedById, [ids])
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
  for (const { sync } of kept) sums.add({ sync, error_group_id: null })
  await renewLeastAndGreatest(connection, completed)
  await connection.executeMany(
    texts.updateRow,
    changed.map(({ sync }) => [sync.content_digest, system_id, sync.key]),
  )
  return { updated: kept.length, deleted: changed.length - kept.length }
}
