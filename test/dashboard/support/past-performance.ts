import { hostname } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { FileLogWriter } from '../../../src/logs/writing/file-log-writer.ts'
import type { Store } from '../../../src/store/store.ts'
import { sync } from '../../api/support/sync-factory.ts'
import { courseOutcome } from '../../support/sync-factory.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** Weeks of syncs of three types and five users, with courses, that take longer from week to week. */
export async function givenPastSyncs(store: Store, days: number, now: number): Promise<void> {
  const given: Promise<void>[] = []
  for (let day = days; day >= 0; day--) {
    for (const [index, sync_type] of ['all', 'grades', 'assignments'].entries()) {
      for (let user = 1; user <= 5; user++) given.push(one(day, index, sync_type, user))
    }
  }
  await Promise.all(given)

  async function one(day: number, index: number, sync_type: string, user: number): Promise<void> {
    const started_at = now - day * DAY_MS - (index * 5 + user) * HOUR_MS
    const slower = 1 + (days - day) / days
    const duration_seconds = (200 / (index + 1) + 20 * user + ((day * 37) % 23)) * slower
    const calls = Math.round(300 / (index + 1) + (days - day) * 4)
    const counters = {
      api_calls_made: calls,
      total_api_duration_ms: calls * (90 + ((day * 13) % 17)) * slower,
      db_operations: 40,
      db_duration_ms: 60 + ((day * 7) % 11) + 10 * index,
    }
    const details = { sync_type, user_id: `${user}`, started_at, duration_seconds, counters }
    const id = await sync.completed(details)(store.syncs, now)
    if (day > 3) return
    for (let course = 0; course < 4; course++) {
      const duration_ms = 400 + 900 * course * user
      const outcome = course === 3 && user === 5 ? 'failed' : 'completed'
      await store.syncs.saveCourseOutcome(
        id,
        courseOutcome(`${100 + course * user}`, { duration_ms, outcome }),
      )
    }
  }
}

/** Sizes that grow by about 30 MB a day, measured every six hours. */
export async function givenPastSizes(store: Store, days: number, now: number): Promise<void> {
  // The server has measured its own, small sizes when it started: these take their place.
  while ((await store.system.listSizes(0)).length === 0) await nextTurn()
  const last = Math.floor(now / HOUR_MS) * HOUR_MS
  for (let hours = days * 24; hours >= 0; hours -= 6) {
    const past_days = hours / 24
    const sizes = {
      database_bytes: Math.round(2.6e9 - past_days * 30e6 + ((hours * 7919) % 97) * 1e5),
      sync_rows: Math.round(400_000 - past_days * 3000),
      log_bytes: Math.round(180e6 - past_days * 2e6 + ((hours * 104_729) % 89) * 2e5),
      archive_bytes: Math.round(60e6 - past_days * 5e5),
    }
    await store.system.addSizes({ host: hostname(), measured_at: last - hours * HOUR_MS, ...sizes }, 0)
  }
}

/** A log of calls to a few endpoints, some of which failed. */
export async function givenApiCalls(directory: string): Promise<void> {
  const log = new FileLogWriter({ directory })
  const endpoints = [
    'courses',
    'courses/7/assignments',
    'courses/7/students/submissions',
    'courses/7/enrollments',
  ]
  for (let call = 0; call < 400; call++) {
    const [endpoint, place] = [endpoints[call % 4] ?? '', call % 4]
    const status = call % 40 === 3 ? 500 : 200
    log.write('api_calls', {
      level: status === 200 ? 'INFO' : 'ERROR',
      event: 'api_call',
      task_id: 'past',
      user_id: '1',
      fields: {
        method: 'GET',
        endpoint: `/api/v1/${endpoint}`,
        status,
        duration_ms: 40 + 60 * place + ((call * 31) % 50),
        request_cost: 1.5,
      },
      message: 'Called Canvas.',
    })
  }
  await log.close()
}
