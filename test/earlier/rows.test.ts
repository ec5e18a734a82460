import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { planColumns } from '../../src/earlier/rows/column-names.ts'
import { errorOf } from '../../src/earlier/rows/earlier-error.ts'
import { metadataOf } from '../../src/earlier/rows/earlier-metadata.ts'
import { statusOf } from '../../src/earlier/rows/earlier-status.ts'
import { timeOf } from '../../src/earlier/rows/earlier-time.ts'
import { countOf, flagOf, idOf, textOf, type SourceValue } from '../../src/earlier/rows/earlier-value.ts'
import { RowReader, type ReadRow, type RowRules } from '../../src/earlier/rows/read-row.ts'
import { legacyZone, UTC_ZONE } from '../../src/logs/reading/legacy-zone.ts'
import { EARLIER_COLUMNS, type EarlierColumn } from '../../src/store/earlier-sync.ts'

const NOW = Date.parse('2026-11-22T10:15:00.000Z')

const RULES: RowRules = {
  zone: UTC_ZONE,
  keep_error_messages: false,
  lost_before: NOW - 86_400_000,
  kept_columns: new Set(),
}

const USUAL: Readonly<Record<string, SourceValue>> = {
  id: 7,
  sync_task_id: 'task-7',
  user_id: 42,
  sync_start_time: '2026-11-20 10:00:00',
  sync_end_time: '2026-11-20 10:03:30.500000',
  total_duration_seconds: 210.5,
  sync_status: 'completed',
}

function read(given: Readonly<Record<string, SourceValue>>, rules: Partial<RowRules> = {}): ReadRow {
  const row = { ...USUAL, ...given }
  return new RowReader(planColumns(Object.keys(row)), { ...RULES, ...rules }).read(Object.values(row))
}

/** One column of the sync that a row becomes, and what was corrected. */
function became(column: EarlierColumn, given: Readonly<Record<string, SourceValue>>): unknown[] {
  const result = read(given)
  assert.equal(result.kind, 'sync')
  return result.kind === 'sync'
    ? [result.sync.values[EARLIER_COLUMNS.indexOf(column)], ...result.corrections]
    : []
}

const reasonOf = (result: ReadRow): string | null => (result.kind === 'refused' ? result.reason : null)

describe('the columns of an earlier table', () => {
  it('are known by the names that installations use', () => {
    const plan = planColumns([
      'ID',
      'task_id',
      'USER_ID',
      'status',
      'start_time',
      'metadata',
      'api_calls',
      'colour',
    ])
    assert.deepEqual(plan.places, {
      key: 0,
      sync_task_id: 1,
      user_id: 2,
      sync_status: 3,
      sync_start_time: 4,
      sync_metadata: 5,
      api_calls_made: 6,
    })
    assert.deepEqual(plan.unknown, [{ column: 'colour', place: 7 }])
    assert.deepEqual(plan.renamed[0], { column: 'task_id', as: 'sync_task_id' })
    assert.ok(plan.missing.includes('courses_processed'))
  })

  it('are taken by their own name before any other, and each once', () => {
    const plan = planColumns(['status', 'sync_status', 'metadata', 'sync_metadata'])
    assert.deepEqual(plan.places, { sync_status: 1, sync_metadata: 3 })
    assert.deepEqual(
      plan.unknown.map(({ column }) => column),
      ['status', 'metadata'],
    )
  })
})

describe('values of an earlier table', () => {
  it('of times are UTC where they name no zone', () => {
    const at = (value: SourceValue, zone = UTC_ZONE): string | null | undefined => {
      const ms = timeOf(value, zone)
      return typeof ms === 'number' ? new Date(ms).toISOString() : ms
    }
    assert.equal(at('2025-12-22 10:15:30'), '2025-12-22T10:15:30.000Z')
    assert.equal(at('2025-12-22 10:15:30.123999'), '2025-12-22T10:15:30.123Z')
    assert.equal(at('2025-12-22T10:15:30.5Z'), '2025-12-22T10:15:30.500Z')
    assert.equal(at('2025-12-22 10:15:30+01'), '2025-12-22T09:15:30.000Z')
    assert.equal(at('2025-12-22 10:15:30.25-05:30'), '2025-12-22T15:45:30.250Z')
    assert.equal(at('2025-12-22'), '2025-12-22T00:00:00.000Z')
    assert.equal(at('2025-07-01 12:00:00', legacyZone('America/New_York')), '2025-07-01T16:00:00.000Z')
    assert.equal(at(1_766_398_530), '2025-12-22T10:15:30.000Z')
    assert.equal(at('1766398530123'), '2025-12-22T10:15:30.123Z')
    assert.equal(at(null), null)
    assert.equal(at(' '), null)
    for (const bad of [
      '0000-00-00 00:00:00',
      '2025-02-30 10:00:00',
      '2025-12-22 25:00:00',
      'soon',
      '1960-01-01',
    ]) {
      assert.equal(at(bad), undefined, bad)
    }
  })

  it('of statuses are words of many kinds', () => {
    const table = [
      ['COMPLETED', 'completed'],
      ['SyncStatus.FAILED', 'failed'],
      ['success', 'completed'],
      ['In Progress', 'in_progress'],
      ['canceled', 'cancelled'],
      ['TIMEOUT', 'timed_out'],
      ['completed_with_errors', 'partial'],
      ['constructor', undefined],
      ['blue', undefined],
    ] as const
    for (const [word, status] of table) assert.equal(statusOf(word), status, word)
  })

  it('of counts are never below nothing, of flags and ids whatever form they have', () => {
    assert.deepEqual(countOf('12', true), { value: 12, was: 'good' })
    assert.deepEqual(countOf('12.60', false), { value: 12.6, was: 'good' })
    assert.deepEqual(countOf(-3, true), { value: 0, was: 'negative' })
    assert.deepEqual(countOf('many', true), { value: 0, was: 'unreadable' })
    assert.deepEqual(countOf(null, true), { value: 0, was: 'good' })
    assert.deepEqual(countOf(10n ** 30n, true), { value: 9_000_000_000_000_000, was: 'good' })
    for (const yes of [1, '1', true, 't', 'TRUE', '\u0001', Uint8Array.of(1)]) assert.equal(flagOf(yes, 0), 1)
    for (const no of [0, '0', false, 'f', 'no', Uint8Array.of(0)]) assert.equal(flagOf(no, 1), 0)
    assert.equal(flagOf(null, 1), 1)
    assert.equal(idOf('42.0'), '42')
    assert.equal(idOf(9_007_199_254_740_993n), '9007199254740993')
    assert.equal(textOf(' a\0b\ud800 '), 'ab\ufffd')
  })

  it('of metadata lose what is secret, and are an object', () => {
    assert.deepEqual(metadataOf('{"a": 1, "api_token": "x", "by": "a@b.example"}'), {
      text: '{"a":1,"api_token":"[redacted]","by":"[redacted]"}',
      was: 'good',
    })
    assert.deepEqual(metadataOf('[1]'), { text: '{"value":[1]}', was: 'no_object' })
    assert.deepEqual(metadataOf('{broken'), { text: null, was: 'unreadable' })
    assert.deepEqual(metadataOf(`"${'x'.repeat(70_000)}"`), { text: null, was: 'too_long' })
    assert.deepEqual(metadataOf('null'), { text: null, was: 'good' })
    const deep = '['.repeat(20_000) + ']'.repeat(20_000)
    assert.deepEqual(metadataOf(deep), { text: null, was: 'unreadable' })
  })

  it('of errors become a kind and a sentence, and say nobody', () => {
    const table = [
      ['401 Client Error: Unauthorized for url', 'token_invalid'],
      ['Access token expired', 'token_expired'],
      ['403 Forbidden (Rate Limit Exceeded)', 'throttled'],
      ['403 Client Error: Forbidden', 'forbidden'],
      ["HTTPSConnectionPool(host='c'): Read timed out.", 'timeout'],
      ['504 Server Error: Gateway Time-out', 'edge_error'],
      ['502 Server Error: Bad Gateway', 'edge_error'],
      ['500 Server Error', 'canvas_error'],
      ['Max retries exceeded with url', 'network'],
      ['(sqlite3.OperationalError) no such table', 'storage'],
      ["'NoneType' object has no attribute 'grade'", 'job_error'],
    ] as const
    for (const [message, error_type] of table) {
      const error = errorOf(`${message} of Jane Doe`, false)
      assert.equal(error.error_type, error_type, message)
      assert.ok(!error.error_message.includes('Jane'))
    }
    assert.deepEqual(errorOf('token=abcdef of Jane Doe <jane@example.edu>', true), {
      error_type: 'job_error',
      error_message: 'token=[redacted] of Jane Doe <[redacted]>',
    })
  })
})

describe('a row of an earlier table', () => {
  it('that is as usual is taken as it is', () => {
    const result = read({})
    assert.ok(result.kind === 'sync')
    assert.equal(result.sync.id, 7)
    assert.equal(result.sync.key, '7')
    assert.deepEqual(result.corrections, [])
    assert.equal(result.status, 'completed')
  })

  it('that hangs is lost, and one that is young may still run', () => {
    const hanging = { sync_status: 'in_progress', sync_end_time: null, total_duration_seconds: null }
    assert.deepEqual(became('sync_status', hanging), ['lost', 'in_progress_is_lost'])
    assert.deepEqual(became('sync_end_time', { ...hanging, updated_at: '2026-11-20 10:01:00' }), [
      Date.parse('2026-11-20T10:01:00Z'),
      'in_progress_is_lost',
    ])
    assert.equal(reasonOf(read({ ...hanging, sync_start_time: '2026-11-22 09:00:00' })), 'still_running')
  })

  it('with times that cannot be is set right, and told', () => {
    const start = Date.parse('2026-11-20T10:00:00Z')
    assert.deepEqual(became('sync_end_time', { sync_end_time: null }), [start + 210_500, 'end_missing'])
    assert.deepEqual(became('sync_end_time', { sync_end_time: '2026-11-20 09:00:00' }), [
      start + 210_500,
      'end_before_start',
    ])
    assert.deepEqual(became('total_duration_seconds', { total_duration_seconds: -5 }), [
      210.5,
      'duration_negative',
    ])
    assert.deepEqual(became('total_duration_seconds', { total_duration_seconds: null }), [210.5])
    assert.deepEqual(became('total_duration_seconds', { total_duration_seconds: 'long' }), [
      210.5,
      'duration_unreadable',
    ])
    assert.deepEqual(became('courses_processed', { courses_processed: -1 }), [0, 'count_negative'])
    // A time in microseconds where a duration should be: no engine can keep the end that it would make.
    const no_duration = { sync_end_time: null, total_duration_seconds: 1.7e15 }
    const corrections = ['duration_unreadable', 'end_missing']
    assert.deepEqual(became('sync_end_time', no_duration), [start, ...corrections])
    assert.deepEqual(became('total_duration_seconds', no_duration), [null, ...corrections])
    const year_9999 = {
      sync_start_time: '9999-12-31 23:00:00',
      sync_end_time: null,
      total_duration_seconds: 1e9,
    }
    assert.deepEqual(became('sync_end_time', year_9999), [253_402_300_799_999, 'end_missing'])
  })

  it('of which a text is cut in the middle of a character has no half of one', () => {
    const long = `${'x'.repeat(254)}😀`
    const result = read(
      {
        sync_type: long,
        target_course_id: long,
        sync_status: 'failed',
        error_message: `${'y'.repeat(999)}😀 and more`,
      },
      { keep_error_messages: true },
    )
    assert.ok(result.kind === 'sync')
    const texts = result.sync.values.filter((value) => typeof value === 'string')
    assert.deepEqual(
      texts.filter((text) => !text.isWellFormed()),
      [],
    )
    assert.ok(texts.some((text) => text.startsWith('yyy')))
  })

  it('that completed and says something is not said to have failed', () => {
    const said = { error_message: 'Jane has no term' }
    assert.deepEqual(became('error_message', said), [null, 'message_replaced'])
    const kept = read(said, { keep_error_messages: true })
    assert.ok(kept.kind === 'sync')
    assert.equal(kept.sync.values[EARLIER_COLUMNS.indexOf('error_message')], 'Jane has no term')
  })

  it('without what makes it a sync is refused, with a reason', () => {
    assert.equal(reasonOf(read({ sync_start_time: null })), 'start_missing')
    assert.equal(reasonOf(read({ sync_start_time: 'soon' })), 'start_unreadable')
    assert.equal(reasonOf(read({ sync_status: 'blue' })), 'status_unknown')
    assert.equal(reasonOf(read({ sync_status: null })), 'status_missing')
    assert.equal(reasonOf(read({ id: null, sync_task_id: null })), 'key_missing')
    assert.equal(reasonOf(read({ sync_task_id: 'x'.repeat(256) })), 'task_id_too_long')
    assert.deepEqual(became('sync_status', { sync_status: null, error_message: 'x' }).slice(0, 1), ['failed'])
  })

  it('without a task id has one made of its id; with an id of another kind gets one of ours', () => {
    assert.deepEqual(became('sync_task_id', { sync_task_id: null }), ['earlier-7', 'task_id_missing'])
    for (const id of ['a1b2', 0, -1, 5_000_000_000_000]) {
      const result = read({ id })
      assert.ok(result.kind === 'sync')
      assert.equal(result.sync.id, null)
    }
  })

  it('keeps a column of its own where that is asked for', () => {
    const kept_columns = new Set(['region'])
    const result = read({ region: 'north', colour: 'blue', sync_metadata: '{"a":1}' }, { kept_columns })
    assert.ok(result.kind === 'sync')
    assert.equal(result.sync.values.at(-1), '{"a":1,"region":"north"}')
  })
})
