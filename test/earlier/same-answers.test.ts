import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { BASE, openTestApi, type TestApi } from '../api/support/test-api.ts'
import fc from '../support/fast-check.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { importFrom, oldDatabase, oldRow, type GivenOldRow } from './support/earlier-import.ts'
import { OldApi, type OldAnswer, type OldRow } from './support/old-api.ts'

const NOW = Date.parse('2026-11-22T10:15:00.000Z')
const USERS = [1, 2, 42, 77]
const DAYS = [1, 7, 30, 365]

/** Rows as the earlier system left them: some have no end, some no metadata, some are in progress for ever. */
const anyRow = fc
  .record({
    user_id: fc.constantFrom(...USERS),
    // Whole minutes, so that some start at the same moment.
    minutes_ago: fc.integer({ min: 1, max: 500_000 }),
    // As the earlier tracker wrote it: the difference of the two times.
    duration_ms: fc.integer({ min: 0, max: 7_200_000 }),
    status: fc.constantFrom('completed', 'completed', 'failed', 'partial', 'cancelled', 'in_progress'),
    error: fc.constantFrom(
      '401 Client Error: Unauthorized',
      'Connection timeout',
      'Course 17 was not found',
      "O'Brien's course\n failed",
    ),
    /** What an installation wrote beside a sync that went well. */
    note: fc.option(fc.constant('Two courses without a term'), { freq: 4 }),
    counts: fc.array(fc.option(fc.integer({ min: 0, max: 5000 })), { minLength: 17, maxLength: 17 }),
    milliseconds: fc.option(fc.integer({ min: 0, max: 9_000_000 })),
    target_course_id: fc.option(fc.constantFrom('17', '501')),
    metadata: fc.option(fc.constantFrom('{"scope": "term", "n": 1.5}', '{"a": [1, null, "ü"]}')),
    flags: fc.tuple(fc.boolean(), fc.boolean()),
    chunk_size: fc.option(fc.integer({ min: 1, max: 100 })),
  })
  .map((given): GivenOldRow => {
    const start = Math.floor(NOW / 60_000) * 60_000 - given.minutes_ago * 60_000
    const ended = given.status !== 'in_progress'
    const [c0, c1, c2, a0, a1, a2, s0, s1, s2, g0, g1, calls, failed, hits, operations, bytes, ms] =
      given.counts
    return {
      user_id: given.user_id,
      sync_start_time: oldTime(start),
      sync_end_time: ended ? oldTime(start + given.duration_ms) : null,
      total_duration_seconds: ended ? given.duration_ms / 1000 : null,
      sync_status: given.status,
      error_message: messageOf(given),
      sync_type: 'all',
      target_course_id: given.target_course_id,
      courses_processed: c0 ?? null,
      courses_created: c1 ?? null,
      courses_updated: c2 ?? null,
      assignments_processed: a0 ?? null,
      assignments_created: a1 ?? null,
      assignments_updated: a2 ?? null,
      submissions_processed: s0 ?? null,
      submissions_created: s1 ?? null,
      submissions_updated: s2 ?? null,
      grades_processed: g0 ?? null,
      grades_updated: g1 ?? null,
      api_calls_made: calls ?? null,
      api_calls_failed: failed ?? null,
      total_api_duration_ms: given.milliseconds === null ? null : given.milliseconds / 10,
      api_rate_limit_hits: hits ?? null,
      db_operations: operations ?? null,
      db_duration_ms: ms ?? null,
      total_data_size_bytes: bytes ?? null,
      incremental_sync: given.flags[0] ? 1 : 0,
      use_pagination: given.flags[1] ? 1 : 0,
      chunk_size: given.chunk_size,
      sync_metadata: given.metadata,
    }
  })

function messageOf(given: { readonly status: string; readonly error: string; readonly note: string | null }) {
  if (given.status === 'failed') return given.error
  return given.status === 'completed' || given.status === 'partial' ? given.note : null
}

/** As SQLAlchemy writes a `datetime.utcnow()` into SQLite. */
const oldTime = (at: number): string => `${new Date(at).toISOString().replace('T', ' ').slice(0, 23)}000`

const NEVER_ENDED = 'The earlier system never said how this sync ended.'

/**
 * Where the answers differ on purpose, and how. All else must be equal, but that ours has more fields.
 */
const DIFFERENCES = {
  /** Times say that they are UTC, and have milliseconds. */
  time: (old: unknown): unknown => (typeof old === 'string' ? `${old.slice(0, 23)}Z` : old),
  /** A sync that is in progress for ever is lost: it ended when it was last heard of. */
  record(old: OldAnswer): OldAnswer {
    const { sync_start_time, sync_end_time, sync_status, target_course_id } = old
    const times = {
      sync_start_time: DIFFERENCES.time(sync_start_time),
      sync_end_time: DIFFERENCES.time(sync_end_time),
      // Course ids of digits are numbers, as user ids are.
      target_course_id: target_course_id === null ? null : Number(target_course_id),
    }
    if (sync_status !== 'in_progress') return { ...old, ...times }
    return {
      ...old,
      ...times,
      sync_status: 'lost',
      sync_end_time: times.sync_start_time,
      error_message: NEVER_ENDED,
    }
  },
  /** The lost ones are failures, and the newest of them may be the newest error; what completed has none. */
  summary(old: OldAnswer, rows: readonly OldRow[]): OldAnswer {
    const lost = rows.filter(isLost).length
    const completed_says = rows.some((row) => row.sync_status === 'completed' && row.error_message !== null)
    const recent_error = newestError(rows)
    if (lost === 0 && !completed_says) assert.equal(recent_error, old['recent_error'])
    return { ...old, failed_syncs: Number(old['failed_syncs']) + lost, recent_error }
  },
}

const isLost = (row: OldRow): boolean => row.sync_status === 'in_progress'

function newestError(rows: readonly OldRow[]): string | null {
  let newest: OldRow | null = null
  for (const row of rows) {
    const is_error = isLost(row) || (row.error_message !== null && row.sync_status !== 'completed')
    const { sync_start_time: at, id } = row
    if (!is_error || (newest !== null && at < newest.sync_start_time)) continue
    if (newest === null || at > newest.sync_start_time || id > newest.id) newest = row
  }
  return newest === null || !isLost(newest) ? (newest?.error_message ?? null) : NEVER_ENDED
}

/** Ours has all that the old one has, with the same values; numbers to a thousandth, to which ours are rounded. */
function assertSame(ours: unknown, old: unknown, place: string): void {
  if (typeof old === 'number' && typeof ours === 'number') {
    assert.ok(Math.abs(ours - old) <= 0.0011, `${place}: ours ${ours}, old ${old}`)
  } else if (Array.isArray(old)) {
    assert.ok(Array.isArray(ours) && ours.length === old.length, place)
    for (const [at, each] of old.entries()) assertSame(ours[at], each, `${place}[${at}]`)
  } else if (typeof old === 'object' && old !== null) {
    assert.ok(typeof ours === 'object' && ours !== null, place)
    for (const [name, each] of Object.entries(old)) {
      assert.ok(name in ours, `${place}.${name} is missing`)
      assertSame((ours as Record<string, unknown>)[name], each, `${place}.${name}`)
    }
  } else assert.equal(ours, old, place)
}

const records = (old: OldAnswer): OldAnswer => ({
  ...old,
  syncs: (old['syncs'] as OldAnswer[]).map(DIFFERENCES.record),
})

async function compareAll(api: TestApi, old: OldApi): Promise<void> {
  const compare = async (path: string, expected: OldAnswer): Promise<void> => {
    assertSame(await api.read(`${BASE}${path}`), expected, path)
  }
  for (const row of old.rows.slice(0, 12)) {
    const record = DIFFERENCES.record(old.sync(row.id) ?? {})
    await compare(`/sync/${row.id}`, record)
    await compare(`/sync/task/${row.sync_task_id}`, record)
  }
  for (const limit of [1, 20, 100]) await compare(`/recent?limit=${limit}`, records(old.recent(limit)))
  const within = (days: number, user_id?: number): OldRow[] =>
    old.rows.filter(
      (row) =>
        Date.parse(`${row.sync_start_time.replace(' ', 'T').slice(0, 23)}Z`) >= NOW - days * 86_400_000 &&
        (user_id === undefined || row.user_id === user_id),
    )
  for (const days of DAYS) {
    await compare(`/summary?days=${days}`, DIFFERENCES.summary(old.summary(days), within(days)))
    await compare(`/failed?days=${days}&limit=100`, failedWithLost(old, days))
    await compare(`/performance?days=${days}`, old.performance(days))
    for (const user of USERS) {
      const summary = DIFFERENCES.summary(old.userSummary(user, days), within(days, user))
      await compare(`/user/${user}/summary?days=${days}`, summary)
    }
  }
  for (const user of USERS) {
    await compare(`/user/${user}/syncs?limit=500`, records(old.userSyncs(user, 500)))
    for (const status of ['completed', 'failed', 'partial', 'cancelled']) {
      await compare(`/user/${user}/syncs?status=${status}`, records(old.userSyncs(user, 50, status)))
    }
    // What was in progress for ever is found as lost.
    const hanging = records(old.userSyncs(user, 50, 'in_progress'))
    await compare(`/user/${user}/syncs?status=lost`, hanging)
  }
}

/** `/failed` lists what is lost, too. */
function failedWithLost(old: OldApi, days: number): OldAnswer {
  const all = records(old.recent(Number.MAX_SAFE_INTEGER))['syncs'] as OldAnswer[]
  const since = new Date(NOW - days * 86_400_000).toISOString()
  const syncs = all
    .filter((sync) => String(sync['sync_start_time']) >= since)
    .filter((sync) => sync['sync_status'] === 'failed' || sync['sync_status'] === 'lost')
    .slice(0, 100)
  const without_lost = old.failed(Number.MAX_SAFE_INTEGER, days)['count']
  assert.equal(
    without_lost,
    all.filter((sync) => sync['sync_status'] === 'failed' && String(sync['sync_start_time']) >= since).length,
  )
  return { count: syncs.length, period_days: days, syncs }
}

async function sameFor(rows: readonly GivenOldRow[], store: Store): Promise<void> {
  const path = oldDatabase(
    rows.map((row, at) => ({ ...row, id: at + 1, sync_task_id: `old-task-${at + 1}` })),
  )
  const report = await importFrom(path, store, { keep_error_messages: true, lost_after_hours: 0 })
  assert.equal(report.rows.imported, rows.length)
  assert.equal(report.kept_ids, rows.length)
  await compareAll(await openTestApi({ store }), new OldApi(path, NOW))
}

describe('the API over imported syncs', () => {
  it('answers as the earlier API for the same rows, on SQLite', async () => {
    let files = 0
    const directory = temporaryDirectory()
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 60 }), async (rows) => {
        await using store = await openStore(`sqlite:${directory}/same-${++files}.db`)
        await sameFor(rows, store)
      }),
      { numRuns: process.env['LONG_TESTS'] === '1' ? 100 : 8 },
    )
  })

  it('answers as the earlier API for the same rows, on PostgreSQL', async () => {
    const server = await startPostgres()
    const rows = fc.sample(anyRow, { numRuns: 60, seed: 7 })
    await using store = await openStore(await server.createDatabase())
    await sameFor(rows, store)
  })

  it('says by itself what was not so before: all of it is named here', async () => {
    const rows = [
      oldRow(1, { sync_status: 'failed', error_message: 'Grade of Jane Doe: 401 Client Error', user_id: 1 }),
      oldRow(2, {
        sync_status: 'in_progress',
        sync_end_time: null,
        total_duration_seconds: null,
        user_id: 1,
      }),
      oldRow(3, { user_id: 1 }),
    ]
    const path = oldDatabase(rows)
    await using store = await openStore(`sqlite:${temporaryDirectory()}/differences.db`)
    await importFrom(path, store)
    const api = await openTestApi({ store })
    const old = new OldApi(path, NOW)
    const ours = await api.read(`${BASE}/summary?days=7`)
    // Of three, one completed; the rate is over those that have ended, and what hangs has ended.
    assert.equal(old.summary(7)['success_rate'], (1 / 3) * 100)
    assert.equal(ours['success_rate'], 33.333)
    assert.equal(old.summary(7)['failed_syncs'], 1)
    assert.equal(ours['failed_syncs'], 2)
    const failed = await api.read(`${BASE}/sync/1`)
    // A message may name a student: its kind is kept, unless the application says that they are clean.
    assert.equal(failed['error_message'], 'The earlier system says: Canvas refused the token.')
    assert.equal(failed['error_type'], 'token_invalid')
    assert.equal(failed['trigger'], 'import')
    assert.equal(old.summary(7)['recent_error'], 'Grade of Jane Doe: 401 Client Error')
    assert.equal(ours['recent_error'], NEVER_ENDED)
    assert.equal((await api.read(`${BASE}/sync/2`))['sync_status'], 'lost')
    assert.equal(old.sync(3)?.['sync_start_time'], '2026-11-20T10:00:00.000000')
    assert.equal((await api.read(`${BASE}/sync/3`))['sync_start_time'], '2026-11-20T10:00:00.000Z')
  })
})
