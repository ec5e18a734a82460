import { SYNCED_TABLES, type SyncedEntity } from '../../src/core/synced-entity.ts'
import type { ColumnValue, SyncedRow } from '../../src/store/synced-data-store.ts'

/** A row of an entity with nothing in its columns but what `values` names; its hash says that it is unchanged. */
export function syncedRow(
  entity: SyncedEntity,
  id: string,
  changes: { hash?: string; values?: Readonly<Record<string, ColumnValue>> } = {},
): SyncedRow {
  const content_hash = changes.hash ?? 'hash-0'
  return {
    id,
    values: SYNCED_TABLES[entity].columns.map((column) => changes.values?.[column.name] ?? null),
    data: JSON.stringify({ id, content_hash }),
    content_hash,
  }
}
