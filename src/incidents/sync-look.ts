import type { Clock } from '../core/clock.ts'
import type { SyncRow } from '../core/sync-record.ts'
import type { ChangePage } from '../store/change-feed.ts'
import type { IncidentChange } from '../core/incident.ts'
import type { Store } from '../store/store.ts'
import type { EndedSync } from '../store/sync-histories.ts'
import { judgeSyncs, type FreshSync, type SyncJudge } from './judge-syncs.ts'

const PLACE = 'syncs'
/** Changes of one step. */
const STEP = 2000
/** What one look may take, a fifth of a core at most: whoever reports thousands of syncs a second must not wait for it. */
const LOOK_MS = 400
/** Changes that are about nothing that has ended are not written down one by one. */
const FAR_BEHIND = 20_000
/** Who was away for longer, or never looked, judges what ended in this time. */
const CATCH_UP_MS = 24 * 3_600_000
const MOST_CAUGHT_UP = 5000
/** It may have started long before it ended. */
const LONGEST_RUN_MS = 3_600_000
const KINDS: ReadonlySet<string> = new Set(['sync_started', 'sync_status'])

/**
 * Judges whoever's syncs have ended since the place that is kept. The place is written with what was found, so that a
 * killed process loses nothing and counts nothing twice, whoever goes on.
 */
export class SyncLook {
  readonly #store: Store
  readonly #clock: Clock
  readonly #judge: () => SyncJudge
  /** How far was read without finding anything that ended, behind the place that is kept. */
  #read: { readonly kept: number; readonly through: number } | null = null

  constructor(store: Store, clock: Clock, judge: () => SyncJudge) {
    this.#store = store
    this.#clock = clock
    this.#judge = judge
  }

  async look(): Promise<IncidentChange[]> {
    const started = this.#clock.monotonic()
    const changes: IncidentChange[] = []
    for (;;) {
      const step = await this.#step()
      changes.push(...step.changes)
      if (!step.more || this.#clock.monotonic() - started > LOOK_MS) return changes
    }
  }

  async #step(): Promise<{ readonly more: boolean; readonly changes: readonly IncidentChange[] }> {
    const kept = await this.#store.incidents.place(PLACE)
    if (kept === null) return await this.#catchUp(null, this.#clock.now() - CATCH_UP_MS)
    const from = this.#read?.kept === kept.place ? this.#read.through : kept.place
    const page = await this.#store.changes.readAfter(from, { limit: STEP })
    if (page.lost) {
      this.#read = null
      return await this.#catchUp(kept.place, Math.max(kept.judged_at, this.#clock.now() - CATCH_UP_MS))
    }
    const more = page.changes.length === STEP
    const fresh = freshOf(page)
    if (fresh.length === 0 && page.place - kept.place < FAR_BEHIND) {
      this.#read = { kept: kept.place, through: page.place }
      return { more, changes: [] }
    }
    return { more, changes: await this.#settle(fresh, kept.place, page.place) }
  }

  /** Whoever's syncs ended since a time are judged by what is in the database now. */
  async #catchUp(
    from: number | null,
    since: number,
  ): Promise<{ readonly more: boolean; readonly changes: readonly IncidentChange[] }> {
    const to = await this.#store.changes.latest()
    const ended = await this.#store.histories.ended(since - LONGEST_RUN_MS, MOST_CAUGHT_UP)
    return { more: true, changes: await this.#settle(ended.map(freshOfEnded), from, to) }
  }

  async #settle(fresh: readonly FreshSync[], from: number | null, to: number): Promise<IncidentChange[]> {
    const now = this.#clock.now()
    const { found, judged } = await judgeSyncs(this.#judge(), fresh, to, now)
    const place = { name: PLACE, from, to }
    const changes = await this.#store.incidents.settle(found, judged, now, place)
    this.#read = null
    return changes ?? []
  }
}

const freshOfEnded = ({ id, user_id, sync_type, sync_status }: EndedSync): FreshSync => ({
  id,
  user_id,
  sync_type,
  completed: sync_status === 'completed',
})

/**
 * The syncs that ended, or were found to have ended otherwise, with these changes. What a change says counts, not what the
 * sync is by now: one that ended since has a change of its own.
 */
function freshOf({ changes, syncs }: ChangePage): FreshSync[] {
  const ended = new Set(
    changes
      .filter(({ kind, status }) => KINDS.has(kind) && status !== null && status !== 'in_progress')
      .map(({ sync_id }) => sync_id),
  )
  return syncs
    .filter(({ id, sync_status }) => ended.has(id) && sync_status !== 'in_progress')
    .map(({ id, user_id, sync_type, sync_status }: SyncRow) => ({
      id,
      user_id,
      sync_type,
      completed: sync_status === 'completed',
    }))
}
