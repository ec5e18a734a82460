import type { SyncedRow } from '../store/synced-data-store.ts'
import { readSentence } from '../core/entity-words.ts'
import { isMonitorError } from '../core/errors.ts'
import { isCanvasId } from '../core/canvas-id.ts'
import { noEntityCounts, type EntityCounts } from '../core/synced-entity.ts'
import { recordBatch, type EngineContext } from './engine-context.ts'
import { termsList } from './entity-lists.ts'
import { readList } from './read-list.ts'
import { toSyncedRow, type CanvasObject } from './row-mapper.ts'

/** Collects the terms that courses name: all that a token without account rights may see of them. */
export class TermCollector {
  readonly #terms = new Map<string, CanvasObject>()

  see(course: CanvasObject): void {
    const term = course['term']
    if (term === null || typeof term !== 'object' || !('id' in term)) return
    this.#terms.set(String(term.id), term)
  }

  /** Writes the collected terms, unless the account's own list of terms can be read, which shows more. */
  async write(context: EngineContext, listed_by: string): Promise<void> {
    const counts = listed_by.startsWith('account:')
      ? ((await readAccountTerms(context, listed_by)) ?? (await this.#writeCollected(context, listed_by)))
      : await this.#writeCollected(context, listed_by)
    const { processed, created, updated } = counts
    const fields = { count: processed, created, updated }
    context.sync.recordEvent('terms_synced', fields, readSentence('terms', counts))
  }

  async #writeCollected({ data, source, clock }: EngineContext, listed_by: string): Promise<EntityCounts> {
    if (this.#terms.size === 0) return noEntityCounts()
    const listing = await data.beginListing({ source_id: source.id, entity: 'terms', listed_by }, clock.now())
    const rows: SyncedRow[] = []
    for (const term of this.#terms.values()) rows.push(toSyncedRow('terms', term))
    const counts = await data.applyRows(listing, rows, { from_list: false })
    // A term that no course names any more still exists.
    await data.completeListing(listing, { read_through_at: clock.now(), deletions: 'never' })
    return counts
  }
}

/** Terms are a courtesy of the account: a token that may read courses but not terms is no broken token. */
const UNREADABLE: ReadonlySet<string> = new Set(['forbidden', 'not_found', 'scope_missing'])

/** The terms of the account's root account; null when the token may not read them. */
async function readAccountTerms(context: EngineContext, listed_by: string): Promise<EntityCounts | null> {
  const { client, data, source, clock, signal, accept_deletions, sync } = context
  const account_id = listed_by.slice('account:'.length)
  try {
    const { data: account } = await client.get<CanvasObject>(`/api/v1/accounts/${account_id}`, {}, { signal })
    const root = account['root_account_id']
    const read_through_at = clock.now()
    const listing = await data.beginListing({ source_id: source.id, entity: 'terms', listed_by }, clock.now())
    const { counts, settled } = await readList({
      client,
      data,
      listing,
      list: termsList(isCanvasId(root) ? root : account_id),
      list_options: { signal, wrapper: 'enrollment_terms' },
      onBatch: recordBatch(context, null),
      monotonic: () => clock.monotonic(),
    })
    if (settled) {
      const deletions = accept_deletions ? 'accept' : 'brake'
      const { deleted, held } = await data.completeListing(listing, { read_through_at, deletions })
      if (deleted > 0 || held > 0) sync.recordDeletions({ entity: 'terms', deleted, held })
    }
    return counts
  } catch (error) {
    if (!isMonitorError(error) || !UNREADABLE.has(error.code)) throw error
    sync.recordEvent(
      'terms_limited',
      { error_type: error.code },
      `The terms of account ${account_id} cannot be read (${error.code}): only those that its courses name are copied.`,
    )
    return null
  }
}
