import { sql } from 'kysely'
import { deletionsAllowed } from '../../../core/deletion-brake.ts'
import { noEntityCounts, SYNCED_TABLES, type EntityCounts } from '../../../core/synced-entity.ts'
import type {
  ApplyRowsOptions,
  Checkpoint,
  CompletedListing,
  CompleteListingOptions,
  Listing,
  ListingScope,
  ListingState,
  Source,
  SyncedDataStore,
  SyncedRow,
} from '../../synced-data-store.ts'
import { applyRows } from './apply-rows.ts'
import { LISTINGS, listingOfRow, lockRowsOf, readListing, updateListing, voidDriven } from './listing-rows.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { countScope, countUnseen, deleteUnseen, liveRowIds, reviveRows } from './synced-statements.ts'

const CHECKPOINTS = 'canvas_sync_checkpoints'

const isoTime = (at_ms: number): string => new Date(at_ms).toISOString()

/** {@link SyncedDataStore} in the SQL that both engines understand. */
export class SqlSyncedDataStore implements SyncedDataStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  openSource(base_url: string, canvas_user_id: string, at: number): Promise<Source> {
    return this.#database.write(({ query }) =>
      query
        .insertInto('canvas_sync_sources')
        .values({ base_url, canvas_user_id, first_seen_at: at, last_connected_at: at })
        .onConflict((conflict) =>
          conflict.columns(['base_url', 'canvas_user_id']).doUpdateSet({ last_connected_at: at }),
        )
        .returning(['id', 'base_url', 'canvas_user_id'])
        .executeTakeFirstOrThrow(),
    )
  }

  listSources(): Promise<Source[]> {
    return this.#database.read(({ query }) =>
      query
        .selectFrom('canvas_sync_sources')
        .select(['id', 'base_url', 'canvas_user_id'])
        .orderBy('id')
        .execute(),
    )
  }

  beginListing(scope: ListingScope, at: number): Promise<Listing> {
    const { source_id, entity, listed_by } = scope
    return this.#database.write(async ({ query }) => {
      // The time names the listing: it must be new even when the clock went back, or two begin at once.
      const later = sql<number>`case when excluded.last_listing_at > canvas_sync_listings.last_listing_at
        then excluded.last_listing_at else canvas_sync_listings.last_listing_at + 1 end`
      const { last_listing_at } = await query
        .insertInto(LISTINGS)
        .values({
          source_id,
          entity,
          listed_by,
          last_listing_at: Math.max(at, 1),
          last_complete_at: null,
          previous_complete_at: null,
          read_through_at: null,
          row_count: null,
        })
        .onConflict((conflict) =>
          conflict.columns(['source_id', 'entity', 'listed_by']).doUpdateSet({ last_listing_at: later }),
        )
        .returning('last_listing_at')
        .executeTakeFirstOrThrow()
      return { source_id, entity, listed_by, listing_at: last_listing_at }
    })
  }

  async applyRows(
    listing: Listing,
    rows: readonly SyncedRow[],
    options: ApplyRowsOptions = {},
  ): Promise<EntityCounts> {
    if (rows.length === 0) return noEntityCounts()
    const drives = SYNCED_TABLES[listing.entity].drives !== undefined
    return await this.#database.write(async (connection) => {
      await lockRowsOf(connection, listing)
      const known_at = drives ? ((await readListing(connection, listing))?.last_complete_at ?? null) : null
      const times = {
        seen_at: isoTime(listing.listing_at),
        complete_at: known_at === null ? '' : isoTime(known_at),
      }
      const { counts, reshaped } = await applyRows(connection, listing, times, rows, options)
      if (reshaped) await voidDriven(connection.query, listing)
      return counts
    })
  }

  async markSeen(listing: Listing, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    const { source_id, entity, listed_by } = listing
    const seen = { source_id, listed_by, seen_at: isoTime(listing.listing_at), ids }
    await this.#database.write(async (connection) => {
      await lockRowsOf(connection, listing)
      await reviveRows(connection.query, entity, seen)
    })
  }

  completeListing(listing: Listing, options: CompleteListingOptions): Promise<CompletedListing> {
    return this.#database.write(async (connection) => {
      await lockRowsOf(connection, listing)
      const { query } = connection
      const seen_at = isoTime(listing.listing_at)
      const state = await readListing(connection, listing)
      const counts = await countScope(query, { ...listing, seen_at })
      const { live_before, seen } = counts
      const known_at = state?.last_complete_at ?? null
      if (known_at !== null && known_at >= listing.listing_at) {
        // Said twice, or a later listing was complete first: what this one knows is known.
        const held = known_at === listing.listing_at ? (state?.deletions_held ?? 0) : 0
        return { deleted: 0, held, live_before, seen }
      }
      const { deleted, held } = await this.#settleMissing(query, listing, options, state, counts)
      if (deleted > 0) await voidDriven(query, listing)
      await updateListing(query, listing, {
        last_complete_at: listing.listing_at,
        previous_complete_at: known_at,
        read_through_at: options.read_through_at,
        row_count: seen,
        deletions_held: held,
        final: options.final === true,
      })
      return { deleted, held, live_before, seen }
    })
  }

  async completeIncremental(listing: Listing, read_through_at: number): Promise<void> {
    await this.#database.write(({ query }) =>
      query
        .updateTable(LISTINGS)
        .set({ read_through_at })
        .where('source_id', '=', listing.source_id)
        .where('entity', '=', listing.entity)
        .where('listed_by', '=', listing.listed_by)
        // Voided meanwhile, perhaps in this moment by another server.
        .where('read_through_at', 'is not', null)
        .execute(),
    )
  }

  getListing(scope: ListingScope): Promise<ListingState | null> {
    return this.#database.read((connection) => readListing(connection, scope))
  }

  listListings(source_id: number): Promise<ListingState[]> {
    return this.#database.read(async ({ query }) => {
      const rows = await query
        .selectFrom(LISTINGS)
        .selectAll()
        .where('source_id', '=', source_id)
        .orderBy('entity')
        .orderBy('listed_by')
        .execute()
      return rows.map(listingOfRow)
    })
  }

  countRows(scope: ListingScope): Promise<number> {
    return this.#database.read(({ query }) => countUnseen(query, { ...scope, unseen_since: '~' }))
  }

  listRowIds(scope: ListingScope): Promise<string[]> {
    return this.#database.read(({ query }) => liveRowIds(query, scope))
  }

  async saveCheckpoint(source_id: number, scope: string, checkpoint: Checkpoint): Promise<void> {
    const { sync_id, saved_at } = checkpoint
    await this.#database.write(({ query }) =>
      query
        .insertInto(CHECKPOINTS)
        .values({ source_id, scope, ...checkpoint })
        .onConflict((conflict) =>
          conflict.columns(['source_id', 'scope', 'course_id']).doUpdateSet({ sync_id, saved_at }),
        )
        .execute(),
    )
  }

  listCheckpoints(source_id: number, scope: string): Promise<Checkpoint[]> {
    return this.#database.read(({ query }) =>
      query
        .selectFrom(CHECKPOINTS)
        .select(['course_id', 'sync_id', 'saved_at'])
        .where('source_id', '=', source_id)
        .where('scope', '=', scope)
        .orderBy('saved_at')
        .orderBy('course_id')
        .execute(),
    )
  }

  async clearCheckpoints(source_id: number, scope: string): Promise<void> {
    await this.#database.write(({ query }) =>
      query.deleteFrom(CHECKPOINTS).where('source_id', '=', source_id).where('scope', '=', scope).execute(),
    )
  }

  async #settleMissing(
    query: SqlConnection['query'],
    listing: Listing,
    options: CompleteListingOptions,
    state: ListingState | null,
    counts: { live_before: number; missing: number },
  ): Promise<{ deleted: number; held: number }> {
    if (options.deletions === 'never' || counts.missing === 0) return { deleted: 0, held: 0 }
    const allowed =
      options.deletions === 'accept' ||
      deletionsAllowed({ live: counts.live_before, missing: counts.missing })
    if (!allowed) return { deleted: 0, held: counts.missing }
    if (state?.last_complete_at == null) return { deleted: 0, held: 0 }
    const deleted = await deleteUnseen(query, {
      ...listing,
      unseen_since: isoTime(state.last_complete_at),
      deleted_at: isoTime(listing.listing_at),
    })
    return { deleted, held: 0 }
  }
}
