import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { SyncEventData } from '../../../src/api/events/event-schemas.ts'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { isAbsent } from './api-client.ts'
import { ServerEvents, type StreamEvent } from './event-source.ts'
import { canShareEvents, SharedEvents, type EventsListener } from './shared-events.ts'

/** `waiting`: for the first connection. `away`: it has ended, and what is shown may be out of date. */
export type LiveState = 'waiting' | 'live' | 'away'

export interface Live {
  readonly state: LiveState
  /** Since when it is so, epoch milliseconds. */
  readonly since: number
}

/** Figures are asked for again at most so often while changes arrive. */
const FIGURES_EVERY_MS = 2000

/** Follows the server's events and brings them into what the page knows; one for the whole page. */
export class LiveUpdates {
  readonly #queries: QueryClient
  readonly #listeners = new Set<() => void>()
  #events: { close(): void } | null = null
  #live: Live = { state: 'waiting', since: Date.now() }
  #refresh: ReturnType<typeof setTimeout> | null = null
  #outdated = false

  constructor(queries: QueryClient) {
    this.#queries = queries
  }

  readonly get = (): Live => this.#live

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    if (this.#events !== null) return
    const listener: EventsListener = {
      onOpen: () => {
        // After a pause the server tells again what changed; what could not be loaded then is asked for now. Before
        // the first connection nobody told what changed since the page asked. A sync that is not there stays so: to
        // ask again would take the words that say it off the page for a moment.
        if (this.#live.state !== 'live') this.#figuresSoon()
        if (this.#live.state === 'waiting')
          void this.#queries.invalidateQueries({
            queryKey: ['sync'],
            predicate: ({ state }) => !isAbsent(state.error),
          })
        this.#become('live')
      },
      onAway: () => {
        this.#become('away')
      },
      onRefused: () => {
        void this.#queries.invalidateQueries({ queryKey: ['session'] })
      },
      onGap: () => {
        void this.#queries.invalidateQueries()
      },
      onEvent: (event) => {
        this.#take(event)
      },
    }
    this.#events = canShareEvents() ? new SharedEvents(listener) : new ServerEvents(listener, null)
    document.addEventListener('visibilitychange', this.#onSeen)
  }

  stop(): void {
    this.#events?.close()
    this.#events = null
    document.removeEventListener('visibilitychange', this.#onSeen)
    if (this.#refresh !== null) clearTimeout(this.#refresh)
    this.#refresh = null
    this.#outdated = false
  }

  #take({ name, data }: StreamEvent): void {
    if (name === 'resync') {
      void this.#queries.invalidateQueries()
      return
    }
    if (name === 'course') {
      this.#figuresSoon()
      return
    }
    const { change, sync } = JSON.parse(data) as SyncEventData
    this.#put(sync)
    if (change !== 'progress') this.#figuresSoon()
  }

  #become(state: LiveState): void {
    if (state === this.#live.state) return
    this.#live = { state, since: Date.now() }
    for (const listener of this.#listeners) listener()
  }

  /** In every list that shows it already; whether it belongs into another one, only the server knows. */
  #put(sync: SyncRecord): void {
    this.#queries.setQueriesData<SyncListPage>(
      { queryKey: ['syncs'] },
      (page) => page && withSync(page, sync),
    )
    this.#queries.setQueriesData<InfiniteData<SyncListPage>>(
      { queryKey: ['sync-pages'] },
      (list) => list && { ...list, pages: list.pages.map((page) => withSync(page, sync)) },
    )
    this.#queries.setQueriesData<SyncRecord>({ queryKey: ['sync'] }, (shown) =>
      shown?.id === sync.id ? sync : shown,
    )
  }

  #figuresSoon(): void {
    // Nobody looks: the figures of ten tabs in the background are not worth the server's time.
    this.#outdated = document.visibilityState === 'hidden'
    if (this.#outdated) return
    this.#refresh ??= setTimeout(() => {
      this.#refresh = null
      void this.#queries.invalidateQueries({ predicate: ({ meta }) => meta?.['follows_syncs'] === true })
    }, FIGURES_EVERY_MS)
  }

  readonly #onSeen = (): void => {
    if (this.#outdated) this.#figuresSoon()
  }
}

function withSync(page: SyncListPage, sync: SyncRecord): SyncListPage {
  if (!page.syncs.some(({ id }) => id === sync.id)) return page
  return { ...page, syncs: page.syncs.map((each) => (each.id === sync.id ? sync : each)) }
}
