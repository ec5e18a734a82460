import type { Selectable } from 'kysely'
import { SYNCED_TABLES, type SyncedEntity } from '../../../core/synced-entity.ts'
import type { ListingScope, ListingState } from '../../synced-data-store.ts'
import type { SqlConnection } from '../sql-database.ts'
import type { ListingsTable } from '../tables.ts'

export const LISTINGS = 'canvas_sync_listings'

/**
 * The rules about rows read before they write, also about rows that are not there yet, and a row may move from
 * one list of its source to another: one transaction at a time per source and entity.
 */
export function lockRowsOf(connection: SqlConnection, { source_id, entity }: ListingScope): Promise<void> {
  return connection.lock(`rows ${source_id} ${entity}`)
}

export function listingOfRow(row: Selectable<ListingsTable>): ListingState {
  const { complete_at: _, ...state } = row
  return { ...state, entity: row.entity as SyncedEntity, final: row.final === 1 }
}

export async function readListing(
  { query }: Pick<SqlConnection, 'query'>,
  scope: ListingScope,
): Promise<ListingState | null> {
  const row = await query
    .selectFrom(LISTINGS)
    .selectAll()
    .where('source_id', '=', scope.source_id)
    .where('entity', '=', scope.entity)
    .where('listed_by', '=', scope.listed_by)
    .executeTakeFirst()
  return row === undefined ? null : listingOfRow(row)
}

/** Only a whole read shows what came and went in the list that this one drives. */
export async function voidDriven(query: SqlConnection['query'], scope: ListingScope): Promise<void> {
  const entity = SYNCED_TABLES[scope.entity].drives
  if (entity === undefined) return
  const { source_id, listed_by } = scope
  await updateListing(query, { source_id, entity, listed_by }, { read_through_at: null })
}

export async function updateListing(
  query: SqlConnection['query'],
  scope: ListingScope,
  { final, ...change }: Partial<Omit<ListingState, keyof ListingScope>>,
): Promise<void> {
  await query
    .updateTable(LISTINGS)
    .set(final === undefined ? change : { ...change, final: final ? 1 : 0 })
    .where('source_id', '=', scope.source_id)
    .where('entity', '=', scope.entity)
    .where('listed_by', '=', scope.listed_by)
    .execute()
}
