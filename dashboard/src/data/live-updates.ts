import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { SyncEventData } from '../../../src/api/events/event-schemas.ts'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { addressOf } from './api-client.ts'

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
  #source: EventSource | null = null
  #live: Live = { state: 'waiting', since: Date.now() }
  #refresh: ReturnType<typeof setTimeout> | null = null

  constructor(queries: QueryClient) {
    this.#queries = queries
  }

  readonly get = (): Live => this.#live

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    if (this.#source !== null) return
    const source = new EventSource(addressOf('/events'))
    this.#source = source
    source.addEventListener('open', () => {
      // The server tells again what changed meanwhile; what could not be loaded then is asked for now.
      if (this.#live.state === 'away') this.#figuresSoon()
      this.#become('live')
    })
    source.addEventListener('error', () => {
      this.#become('away')
      // A refusal ends it for good; only a lost connection is tried again by itself.
      if (source.readyState === EventSource.CLOSED) this.#again(source)
    })
    source.addEventListener('sync', (event: MessageEvent<string>) => {
      const { change, sync } = JSON.parse(event.data) as SyncEventData
      this.#put(sync)
      if (change !== 'progress') this.#figuresSoon()
    })
    source.addEventListener('course', () => {
      this.#figuresSoon()
    })
    source.addEventListener('resync', () => {
      void this.#queries.invalidateQueries()
    })
  }

  stop(): void {
    this.#source?.close()
    this.#source = null
    if (this.#refresh !== null) clearTimeout(this.#refresh)
    this.#refresh = null
  }

  #again(source: EventSource): void {
    setTimeout(() => {
      if (this.#source !== source) return
      this.#source = null
      this.start()
    }, 5000)
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
    this.#refresh ??= setTimeout(() => {
      this.#refresh = null
      void this.#queries.invalidateQueries({ predicate: ({ meta }) => meta?.['follows_syncs'] === true })
    }, FIGURES_EVERY_MS)
  }
}

function withSync(page: SyncListPage, sync: SyncRecord): SyncListPage {
  if (!page.syncs.some(({ id }) => id === sync.id)) return page
  return { ...page, syncs: page.syncs.map((each) => (each.id === sync.id ? sync : each)) }
}
