import type { CanvasClient, CanvasPage, ListOptions } from '../canvas/types.ts'
import { isMonitorError, MonitorError } from '../core/errors.ts'
import {
  addEntityCounts,
  noEntityCounts,
  type EntityCounts,
  type SyncedEntity,
} from '../core/synced-entity.ts'
import type { Listing, SyncedDataStore } from '../store/synced-data-store.ts'
import type { EntityList } from './entity-lists.ts'
import { toSyncedRow, type CanvasObject } from './row-mapper.ts'

/** Times a list that can shift is read until a pass shows nothing new. */
const MAX_PASSES = 4

/** A course so large that Canvas's edge gives up on 100 rows may answer with fewer. */
const PAGE_SIZES = [100, 50, 20, 10] as const

export interface ReadListOptions {
  readonly client: CanvasClient
  readonly data: SyncedDataStore
  readonly listing: Listing
  readonly list: EntityList
  readonly list_options: ListOptions
  /** Sees each object before it is written, once or more; returns false to leave it out. */
  readonly see?: (object: CanvasObject) => boolean
  readonly onBatch: (batch: {
    entity: SyncedEntity
    counts: EntityCounts
    rows: number
    duration_ms: number
  }) => void
  /** Told when a page took too long and the list is read again with fewer rows per page. */
  readonly onSmallerPages?: (per_page: number) => void
  readonly monotonic: () => number
}

export interface ReadListResult {
  readonly counts: EntityCounts
  /** False when the list kept shifting: what it did not show may still exist. */
  readonly settled: boolean
  readonly missing_fields: readonly string[]
}

/**
 * Reads a list to its end and writes what it shows, page by page. A list that is cut off by a page that takes
 * too long is read again with smaller pages; rows written before count once.
 */
export async function readList(options: ReadListOptions): Promise<ReadListResult> {
  const counts = noEntityCounts()
  let size = 0
  for (;;) {
    const per_page = PAGE_SIZES[size] ?? 10
    try {
      return await readUntilSettled(options, { per_page, again: size > 0 }, counts)
    } catch (error) {
      const smaller = PAGE_SIZES[size + 1]
      if (!isTooLargeForPage(error) || smaller === undefined) throw error
      size++
      options.onSmallerPages?.(smaller)
    }
  }
}

async function readUntilSettled(
  options: ReadListOptions,
  { per_page, again }: { per_page: number; again: boolean },
  counts: EntityCounts,
): Promise<ReadListResult> {
  for (let pass = 1; ; pass++) {
    const { pages, fresh, missing_fields } = await readPass(
      options,
      { per_page, again: again || pass > 1 },
      counts,
    )
    if (options.list.stable || pages <= 1 || (pass > 1 && fresh === 0)) {
      return { counts, settled: true, missing_fields }
    }
    if (pass === MAX_PASSES) return { counts, settled: false, missing_fields }
  }
}

interface Pass {
  readonly pages: number
  /** Rows that no earlier pass of this listing had shown. */
  readonly fresh: number
  readonly missing_fields: readonly string[]
}

async function readPass(
  options: ReadListOptions,
  { per_page, again }: { per_page: number; again: boolean },
  counts: EntityCounts,
): Promise<Pass> {
  const { client, list, list_options } = options
  let pages = 0
  let fresh = 0
  let missing_fields: readonly string[] = []
  // While one page is written the next one is already asked for.
  let writing: Promise<void> = Promise.resolve()
  try {
    for await (const page of client.pages<CanvasObject>(list.path, list.params, {
      ...list_options,
      per_page,
      always_linked: list.always_linked,
    })) {
      await writing
      pages++
      missing_fields = page.missing_fields
      writing = writePage(options, page).then((written) => {
        fresh += written.processed
        // A list that is read again shows every row again: only the first reading tells of duplicates.
        addEntityCounts(counts, again ? { ...written, duplicates: 0 } : written)
      })
      writing.catch(() => undefined)
    }
  } finally {
    await writing
  }
  return { pages, fresh, missing_fields }
}

/** Not async, so that nothing holds the page and its rows while the store writes its copy of them. */
function writePage(options: ReadListOptions, page: CanvasPage<CanvasObject>): Promise<EntityCounts> {
  const { data, listing, see, onBatch, monotonic } = options
  const { entity } = listing
  const rows = []
  for (const object of page.items) {
    if (see === undefined || see(object)) rows.push(toSyncedRow(entity, object))
  }
  const count = rows.length
  if (count === 0) return Promise.resolve(noEntityCounts())
  const started = monotonic()
  return data.applyRows(listing, rows).then((counts) => {
    onBatch({ entity, counts, rows: count, duration_ms: monotonic() - started })
    return counts
  })
}

/** Only the edge's time-out and our own: anything else would fail with smaller pages too. */
function isTooLargeForPage(error: unknown): boolean {
  if (!isMonitorError(error)) return false
  if (error.code === 'timeout') return true
  return error.code === 'edge_error' && error.details.status === 504
}

/** The error for a list that shows nothing where it used to show something. */
export function unexpectedlyEmpty(what: string, before: number): MonitorError {
  return new MonitorError(
    'unexpected_empty',
    `Canvas showed no ${what}, although there were ${before} before; nothing was deleted.`,
  )
}
