import { isCanvasId } from '../core/canvas-id.ts'
import { MonitorError } from '../core/errors.ts'
import { SYNCED_TABLES, type SyncedColumn, type SyncedEntity } from '../core/synced-entity.ts'
import type { ColumnValue, SyncedRow } from '../store/synced-data-store.ts'
import { contentHash } from './content-hash.ts'

export type CanvasObject = Readonly<Record<string, unknown>>

/** A row of Canvas's object; throws `contract` when it has no usable id. */
export function toSyncedRow(entity: SyncedEntity, object: CanvasObject): SyncedRow {
  const id = object['id']
  if (!isCanvasId(id)) {
    throw new MonitorError('contract', `Canvas sent one of the ${entity} without a usable id.`)
  }
  const values = SYNCED_TABLES[entity].columns.map((column) => columnValue(fieldOf(object, column), column))
  return { id, values, data: JSON.stringify(object), content_hash: contentHash(entity, object) }
}

function fieldOf(object: CanvasObject, { name, path }: SyncedColumn): unknown {
  if (path === undefined) return object[name]
  const outer = object[path[0]]
  return outer !== null && typeof outer === 'object' ? (outer as CanvasObject)[path[1]] : undefined
}

/** A missing field is null, never 0 or empty: Canvas leaves out what the token may not see. */
function columnValue(value: unknown, { type }: SyncedColumn): ColumnValue {
  if (value === undefined || value === null) return null
  if (type === 'boolean') return value === true || value === 1 ? 1 : 0
  if (type === 'text') return typeof value === 'string' ? value : JSON.stringify(value)
  const number = typeof value === 'number' ? value : Number(value)
  if (!Number.isFinite(number)) return null
  return type === 'integer' ? Math.trunc(number) : number
}
