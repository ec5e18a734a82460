import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after } from 'node:test'
import type { SyncEventData } from '../../../src/api/events/event-schemas.ts'
import { startServer, type RunningServer } from '../../../src/server/index.ts'
import type { Store } from '../../../src/store/store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { EventReader, type ServerEvent } from './event-reader.ts'
import { BASE } from './test-api.ts'

/** A machine under load takes its time; streams that do not end take ten seconds and more. */
const MOST_CLOSING_MS = 9000

export interface EventServer {
  readonly server: RunningServer
  readonly store: Store
  /** Of the database. */
  readonly database: string
  /** Of the stream. */
  readonly url: string
  /** Opens a stream, which must be answered. */
  follow(query?: string, last_event_id?: string): Promise<EventReader>
}

/** A whole server over a database of its own, or over the one that is given. */
export async function openEventServer(given?: string): Promise<EventServer> {
  const directory = temporaryDirectory()
  const database = given ?? `sqlite:${join(directory, 'sync.db')}`
  const server = await startServer({ database, logDir: join(directory, 'logs'), port: 0, logCleanup: false })
  after(async () => {
    const started = performance.now()
    await server.close()
    assert.ok(performance.now() - started < MOST_CLOSING_MS, 'it took too long to close')
  })
  const url = `${server.url}${BASE}/events`
  return {
    server,
    store: server.monitor.store,
    database,
    url,
    async follow(query = '', last_event_id = '') {
      const headers: Record<string, string> = last_event_id === '' ? {} : { 'last-event-id': last_event_id }
      const response = await fetch(`${url}${query}`, { headers })
      assert.equal(response.status, 200, response.status === 200 ? '' : await response.text())
      return new EventReader(response)
    },
  }
}

export function syncOf(event: ServerEvent | null | undefined): SyncEventData {
  assert.equal(event?.event, 'sync')
  return JSON.parse(event.data) as SyncEventData
}

/** `task status`, as it became. */
export function told(event: ServerEvent | null | undefined): string {
  const { sync, status } = syncOf(event)
  return `${sync.sync_task_id} ${status}`
}
