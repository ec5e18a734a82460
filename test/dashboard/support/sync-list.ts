import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import type { SyncStore } from '../../../src/store/sync-store.ts'
import { openGuardedServer } from '../../api/support/guarded-server.ts'
import { sync } from '../../api/support/sync-factory.ts'

const now = Date.now()
export const hoursAgo = (hours: number): number => now - hours * 3_600_000

/** A server with 122 syncs: 120 of user 42 that went well, one of user 7 that failed and one of user 8 that half did. */
export async function openSyncList(): Promise<{ readonly url: string; readonly syncs: SyncStore }> {
  const { server, store } = await openGuardedServer({ requireToken: false })
  const { syncs } = store
  const completed = Array.from({ length: 120 }, (_, number) =>
    sync.completed({ user_id: '42', sync_type: 'all', started_at: hoursAgo(100 + number) })(syncs, now),
  )
  await Promise.all(completed)
  await sync.failed({
    user_id: '7',
    sync_type: 'grades',
    started_at: hoursAgo(2),
    duration_seconds: 700,
    error_type: 'timeout',
    error_message: '=Canvas did not answer within 60 s.',
  })(syncs, now)
  await sync.partial({ user_id: '8', sync_type: 'grades', started_at: hoursAgo(30) })(syncs, now)
  return { url: `${server.url}/syncs`, syncs }
}

export const rowsOf = (page: Page): Locator => page.locator('.sync-list tbody tr')

/** Waits until the list has so many rows, and says whether there are more. */
export async function showsRows(page: Page, count: number, more = false): Promise<void> {
  await page.getByText(`${count} shown${more ? ', and there are more' : ''}`, { exact: true }).waitFor()
  assert.equal(await rowsOf(page).count(), count)
}
