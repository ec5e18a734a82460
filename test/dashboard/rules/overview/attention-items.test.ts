import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { attentionItems, type Troubles } from '../../../../dashboard/src/overview/attention-items.ts'
import { bySource, type SourceFreshness } from '../../../../dashboard/src/overview/source-freshness.ts'
import { trustWords } from '../../../../dashboard/src/overview/trust-words.ts'
import type { ErrorGroupRecord } from '../../../../src/api/errors/error-group-records.ts'
import type { FreshnessRecord } from '../../../../src/api/freshness/freshness.ts'
import type { IncidentRecord } from '../../../../src/core/incident-record.ts'
import type { SyncRecord } from '../../../../src/core/sync-record.ts'

const NOW = Date.parse('2026-11-22T10:15:00Z')
const ago = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString()

let made = 0
const sync = (changes: Partial<SyncRecord>): SyncRecord =>
  ({
    id: ++made,
    sync_status: 'failed',
    sync_type: 'all',
    user_id: 42,
    target_course_id: null,
    error_type: 'canvas_error',
    error_message: 'Canvas answered 500.',
    sync_start_time: ago(20),
    sync_end_time: ago(10),
    heartbeat_at: ago(10),
    trigger: 'manual',
    host: 'worker-1',
    ...changes,
  }) as SyncRecord

const list = (changes: Partial<FreshnessRecord>): FreshnessRecord =>
  ({
    source_id: 1,
    base_url: 'https://canvas.test',
    canvas_user_id: 9,
    course_id: 70,
    entity: 'submissions',
    last_complete_at: ago(60),
    verdict: 'fresh',
    deletions_held: 0,
    ...changes,
  }) as FreshnessRecord

const STALE = list({ verdict: 'stale', last_complete_at: ago(3 * 1440) })
const NEVER = list({ verdict: 'never', last_complete_at: null, course_id: 90 })

const items = (troubles: Partial<Troubles>): ReturnType<typeof attentionItems> =>
  attentionItems({
    incidents: [],
    zone: 'UTC',
    troubled: [],
    running: [],
    sources: [],
    target_seconds: 86_400,
    new_errors: [],
    since: '24h',
    now_ms: NOW,
    ...troubles,
  })

const incident = (changes: Partial<IncidentRecord>): IncidentRecord =>
  ({
    id: 5,
    rule: 'sync_failed',
    severity: 'critical',
    state: 'open',
    subject: {
      host: null,
      source_id: null,
      sync_type: 'all',
      user_id: null,
      schedule: null,
      channel: null,
      error_type: 'canvas_error',
    },
    facts: {},
    began_at: ago(30),
    opened_at: ago(29),
    last_seen_at: ago(10),
    last_good_at: null,
    count: 3,
    user_count: 2,
    last_sync_id: null,
    acknowledged_at: null,
    muted_until: null,
    resolved_at: null,
    ...changes,
  }) as IncidentRecord

suite('what needs attention', () => {
  test('an incident tells of its syncs, which are not told again; what it does not explain is', () => {
    const told = sync({})
    const alike = sync({ user_id: 7 })
    const before = sync({ sync_start_time: ago(90) })
    const other = sync({ error_type: 'timeout' })
    const found = items({
      incidents: [incident({ last_sync_id: told.id }), incident({ id: 6, rule: 'disk', severity: 'info' })],
      troubled: [told, alike, before, other],
    })
    assert.deepEqual(
      found.map(({ mark, href }) => [mark, href]),
      [
        ['critical', '/incidents/5'],
        ['failed', `/syncs/${before.id}`],
        ['failed', `/syncs/${other.id}`],
        ['info', '/incidents/6'],
      ],
    )
    assert.equal(found[0]?.title, 'Syncs fail')
    assert.equal(found[0]?.detail, '2 users. Canvas itself answers with errors.')
  })

  test('of a source that is stale, it says itself how it is mended', () => {
    const sources = bySource([STALE])
    const stale = incident({ rule: 'stale', subject: { ...incident({}).subject, source_id: 1 } })
    assert.deepEqual(
      items({ incidents: [stale], sources }).map(({ mark }) => mark),
      ['stale'],
    )
    assert.deepEqual(
      items({ incidents: [stale] }).map(({ mark }) => mark),
      ['critical'],
    )
  })

  test('the worst is first: tokens, failures, silence, stale and missing data, what is held, parts', () => {
    const marks = items({
      troubled: [
        sync({ sync_status: 'partial', error_type: 'forbidden' }),
        sync({}),
        sync({ error_type: 'token_expired', sync_end_time: ago(600) }),
      ],
      running: [sync({ sync_status: 'in_progress', heartbeat_at: ago(5) })],
      sources: bySource([STALE, NEVER, list({ deletions_held: 7 })]),
    }).map(({ mark }) => mark)
    assert.deepEqual(marks, ['failed', 'failed', 'silent', 'stale', 'never', 'held', 'partial'])
  })

  test('syncs that ended with the same error are one, with the newest before', () => {
    const newest = sync({ user_id: 7 })
    const [item, ...others] = items({ troubled: [newest, sync({}), sync({})] })
    assert.equal(others.length, 0)
    assert.equal(item?.title, 'all for user 7')
    assert.deepEqual(item?.others, {
      count: 2,
      href: '/syncs?status=failed&since=24h&error_type=canvas_error',
    })
    assert.match(item?.next_step ?? '', /run the sync again/)
  })

  test('the token of each user is a matter of its own, and so is each error without a type', () => {
    const token = { error_type: 'token_expired' } as const
    const nameless = { error_type: null } as const
    assert.equal(
      items({ troubled: [sync({ ...token, user_id: 1 }), sync({ ...token, user_id: 2 })] }).length,
      2,
    )
    assert.equal(
      items({
        troubled: [sync({ ...nameless, error_message: 'a' }), sync({ ...nameless, error_message: 'b' })],
      }).length,
      2,
    )
  })

  test('an error that was not there before is marked, or stands alone when none of its syncs is shown', () => {
    const failed = sync({})
    const group = { id: 5, message: 'Something new.', last_seen_at: ago(1), next_step: null }
    const of = (last_sync_id: number | null): ErrorGroupRecord =>
      ({ ...group, last_sync_id }) as ErrorGroupRecord
    const [marked, ...none] = items({ troubled: [failed], new_errors: [of(failed.id)] })
    assert.deepEqual([marked?.is_new, none.length], [true, 0])
    const [, alone] = items({ troubled: [failed], new_errors: [of(999)] })
    assert.deepEqual(
      [alone?.mark, alone?.title, alone?.href],
      ['new_error', 'Something new.', '/errors?group=5'],
    )
  })

  test('what is stale says since when, against which target, and what to type', () => {
    const [item] = items({ sources: bySource([STALE, list({})]) })
    assert.equal(item?.detail, '1 list was not read whole within 24 h; the oldest: submissions of course 70.')
    assert.equal(item?.command, 'npx canvas-sync-monitor sync --base-url https://canvas.test')
    assert.equal(item?.href, '/syncs?source_id=1')
  })

  test('where all is well there is nothing', () => {
    assert.deepEqual(items({ running: [sync({ sync_status: 'in_progress', heartbeat_at: ago(0) })] }), [])
  })
})

suite('the sources', () => {
  test('one with a list that was never read whole comes first, then the stalest', () => {
    const sources = bySource([
      list({ source_id: 1 }),
      list({ source_id: 2, verdict: 'stale', last_complete_at: ago(2000) }),
      list({ source_id: 3, verdict: 'never', last_complete_at: null }),
      list({ source_id: 3, last_complete_at: ago(1), deletions_held: 2 }),
      list({ source_id: 4, verdict: 'stale', last_complete_at: ago(9000) }),
    ])
    assert.deepEqual(
      sources.map(({ source_id, verdict, never, stale }) => [source_id, verdict, never, stale]),
      [
        [3, 'never', 1, 0],
        [4, 'stale', 0, 1],
        [2, 'stale', 0, 1],
        [1, 'fresh', 0, 0],
      ],
    )
    assert.partialDeepStrictEqual(sources[0], {
      words: 'canvas.test, user 9',
      lists: 2,
      deletions_held: 2,
      oldest_ms: NOW - 60_000,
      oldest_words: 'submissions of course 70',
    })
  })
})

suite('the sentence before all figures', () => {
  const words = (
    troubled: number,
    sources: readonly SourceFreshness[],
    more_troubled = false,
  ): [string, boolean] => {
    const facts = {
      settled: 0,
      troubled,
      more_troubled,
      period_words: '24 hours',
      sources,
      target_seconds: 86_400,
      now_ms: NOW,
    }
    const told = trustWords(facts)
    return [told.words, told.well]
  }

  test('says that all is well when it is', () => {
    assert.deepEqual(words(0, bySource([list({})])), [
      'Nothing went wrong in the last 24 hours. The data is fresh and whole: the oldest is 1 h old.',
      true,
    ])
    assert.deepEqual(words(0, []), ['Nothing went wrong in the last 24 hours.', true])
  })

  test('says what speaks against the data', () => {
    assert.deepEqual(words(1, bySource([STALE, NEVER, list({ deletions_held: 3 })])), [
      '1 sync went wrong in the last 24 hours. 1 list was never read whole. ' +
        '1 list is older than 24 h, the oldest 3 d. 3 deletions are held back.',
      false,
    ])
    assert.match(words(50, [], true)[0], /^More than 50 syncs went wrong/)
    assert.equal(words(0, bySource([STALE]))[1], false)
    const usual = { period_words: '24 hours', sources: [], target_seconds: 1, now_ms: NOW }
    const settled = trustWords({ ...usual, troubled: 3, settled: 2, more_troubled: false })
    assert.equal(settled.words, '3 syncs went wrong in the last 24 hours, 2 of them muted or resolved.')
    // Of more than are counted nobody knows how many.
    const unknown = trustWords({ ...usual, troubled: 50, settled: 2, more_troubled: true })
    assert.equal(unknown.words, 'More than 50 syncs went wrong in the last 24 hours.')
  })
})
