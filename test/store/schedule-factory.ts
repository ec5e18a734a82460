import assert from 'node:assert/strict'
import type { ScheduleTerms } from '../../src/core/schedule.ts'
import { checkSchedule, type GivenSchedule } from '../../src/schedules/check-schedule.ts'
import type { AuditEntry } from '../../src/store/access-store.ts'
import type { ScheduleDeclarer, WatchedSchedule } from '../../src/store/schedules.ts'
import type { Store } from '../../src/store/store.ts'
import { syncStart } from '../support/sync-factory.ts'
import { plain } from './opened-store.ts'

export const NOW: number = Date.UTC(2026, 10, 22, 10, 15)
export const API: ScheduleDeclarer = { origin: 'api', reported_by: null }
export const AUDIT: AuditEntry = {
  at: NOW,
  actor_kind: 'token',
  actor_id: 'abc',
  action: 'schedule_declared',
  target: 'nightly',
  user_id: null,
  route: null,
  address: null,
}

/** At two o'clock, unless something else is given. */
export function terms(slug: string, given: GivenSchedule = {}): ScheduleTerms {
  const nightly = { cron: '0 2 * * *', margin: '30m' }
  return checkSchedule(slug, given.every === undefined ? { ...nightly, ...given } : given, 'UTC')
}

export async function made(
  store: Store,
  slug: string,
  given: GivenSchedule = {},
  now: number = NOW,
): Promise<WatchedSchedule> {
  const { schedule } = await store.schedules.declare(terms(slug, given), API, now, null)
  assert.ok(schedule)
  return plain(schedule)
}

let tasks = 0

export async function start(
  store: Store,
  sync_type: string,
  at: number,
  user_id: string | null = '42',
): Promise<number> {
  return await store.syncs.startSync(
    syncStart(`of a schedule ${++tasks}`, { sync_type, user_id, started_at: at }),
  )
}
