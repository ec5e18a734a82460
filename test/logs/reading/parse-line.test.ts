import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from '../../support/fast-check.ts'
import type { LogEntry } from '../../../src/core/log-entry.ts'
import { LOG_LEVELS, LOG_STREAMS, type LogStream } from '../../../src/core/log-event.ts'
import { isContinuation, parseLogLine } from '../../../src/logs/reading/parse-line.ts'
import { legacyZone } from '../../../src/logs/reading/legacy-zone.ts'
import { quickTimestamp } from '../../../src/logs/reading/quick-timestamp.ts'
import { LOG_FIELDS } from '../../../src/logs/writing/log-fields.ts'
import { threadCost } from '../../support/cpu-time.ts'
import { ownLine } from './log-folder.ts'

const TIME = '2025-12-22 10:15:30'
const TIME_MS = Date.parse('2025-12-22T10:15:30.000Z')

/** What a line gave, without what is the same for all lines of a test. */
function parsed(line: string, stream: LogStream): Partial<LogEntry> {
  const entry = parseLogLine(line, stream)
  assert.ok(entry, line)
  assert.equal(entry.stream, stream)
  const { event, task_id, user_id, level, fields, message } = entry
  return { event, task_id, user_id, level, fields, message }
}

const NOTHING = { event: null, task_id: null, user_id: null, level: 'INFO' as const, fields: {} }

const word = fc.string({
  unit: fc.constantFrom('a', 'B', '7', ' ', 'é', '"', '\\', '\n', '😀', '{'),
  maxLength: 20,
})
const value = fc.oneof(
  word,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)

test('what our writer writes is read back as it was', () => {
  const anyEvent = fc.record({
    level: fc.constantFrom(...LOG_LEVELS),
    event: word,
    task_id: fc.option(word),
    user_id: fc.oneof(word, fc.integer(), fc.constant(null)),
    fields: fc.dictionary(fc.constantFrom(...LOG_FIELDS), value),
    message: word,
  })
  const time = fc.integer({ min: 0, max: 4e12 })
  fc.assert(
    fc.property(anyEvent, time, fc.nat(), fc.constantFrom(...LOG_STREAMS), (event, at_ms, seq, stream) => {
      const line = ownLine({ at_ms, writer: 'w-1', seq, event })
      const entry = parseLogLine(line.trimEnd(), stream)
      const fields = Object.fromEntries(
        Object.entries(event.fields).map(([name, value]) => [name, value === 0 ? 0 : value]),
      )
      const expected = { ...event, fields, stream, form: 'json', timestamp_ms: at_ms, writer: 'w-1', seq }
      assert.deepEqual({ ...entry, fields: { ...entry?.fields } }, expected)
      const bytes = Buffer.from(`x${line}`)
      assert.equal(quickTimestamp(bytes, 1, bytes.length - 1), at_ms)
    }),
    { numRuns: 500 },
  )
})

test('no line of any bytes makes the parser throw, and what it takes has a time that the quick look finds too', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"timestamp"',
    ':',
    '"2026-11-22T10:15:00.000Z"',
    '2025-12-22 10:15:30',
    ',',
    ' ',
    ' - ',
    '"extra_',
    'Status: 200',
    'GET ',
    '/x?a=b',
    'ERROR',
    'DEBUG [f:1]: ',
    'PROGRESS: ',
    'Courses: 1, 2',
    '"',
    '\\',
    '\0',
    'é',
    '{"timestamp": "2025-12-22 10:15:30"',
    '}',
    '"__proto__":null',
    '1763806500',
    '"level":"WARN"',
    '\r',
    '10%',
    '5ms',
  )
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((all) => all.join('')),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(text, fc.constantFrom(...LOG_STREAMS), (line, stream) => {
      const entry = parseLogLine(line, stream)
      isContinuation(line)
      const bytes = Buffer.from(line)
      const quick = quickTimestamp(bytes, 0, bytes.length)
      if (entry && line.isWellFormed() && !/"timestamp"[^]*"timestamp"/.test(line) && !/^\s/.test(line)) {
        assert.equal(quick, entry.timestamp_ms)
      }
      if (entry)
        for (const value of Object.values(entry.fields))
          assert.ok(value === null || typeof value !== 'object')
    }),
    { numRuns: 5000 },
  )
})

test('our own form is read in any order, with keys missing, more or nested, and with the level words of others', () => {
  const line =
    '  {"level": "warn", "seq": 7, "new_key": 1.5, "nested": {"a": 1}, "list": [1], "timestamp" : "2025-12-22T10:15:30.000Z"}'
  const entry = parseLogLine(line, 'database')
  assert.deepEqual(entry, {
    ...NOTHING,
    stream: 'database',
    form: 'json',
    timestamp_ms: TIME_MS,
    level: 'WARNING',
    writer: null,
    seq: 7,
    fields: { new_key: 1.5 },
    message: '',
  })
  const levels = { CRITICAL: 'ERROR', fatal: 'ERROR', Debug: 'DEBUG', notice: 'INFO', unheard_of: 'INFO' }
  for (const [word, level] of Object.entries(levels)) {
    const text = JSON.stringify({ timestamp: '2025-12-22T10:15:30Z', level: word, event: 'x' })
    assert.equal(parseLogLine(text, 'operations')?.level, level, word)
  }
  assert.equal(parseLogLine('{"timestamp":"2025-12-22T10:15:30Z"}', 'errors')?.level, 'ERROR')
})

test('times in every form that loggers write are understood, and impossible ones are not', () => {
  const times: readonly [unknown, number | undefined][] = [
    ['2025-12-22T10:15:30.000Z', TIME_MS],
    ['2025-12-22T10:15:30Z', TIME_MS],
    ['2025-12-22T10:15:30', TIME_MS],
    ['2025-12-22 10:15:30,123', TIME_MS + 123],
    ['2025-12-22T10:15:30.123456', TIME_MS + 123],
    ['2025-12-22T10:15:30.123456+00:00', TIME_MS + 123],
    ['2025-12-22T12:15:30+0200', TIME_MS],
    ['2025-12-22T05:15:30-05', TIME_MS],
    ['2025-12-22 10:15:30 UTC', TIME_MS],
    ['2025-12-22 10:15', TIME_MS - 30_000],
    [TIME_MS / 1000, TIME_MS],
    [TIME_MS / 1000 + 0.25, TIME_MS + 250],
    [TIME_MS, TIME_MS],
    [TIME_MS * 1000, TIME_MS],
    [String(TIME_MS / 1000), TIME_MS],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2016, 11, 31, 23, 59, 59)],
    ['2025-02-29T00:00:00.000Z', undefined],
    ['2025-13-01T00:00:00.000Z', undefined],
    ['2025-12-22T24:00:00.000Z', undefined],
    ['2025-12-22T10:60:00.000Z', undefined],
    ['2025-12-22T10:15:61.000Z', undefined],
    ['2025-12-22T10:15:3x.000Z', undefined],
    ['2025-12-22T10:15x30.000Z', undefined],
    ['0025-12-22T10:15:30.000Z', undefined],
    ['yesterday', undefined],
    ['', undefined],
    [-5, undefined],
    [null, undefined],
    [true, undefined],
  ]
  for (const [time, expected] of times) {
    const line = JSON.stringify({ timestamp: time, event: 'x' })
    assert.equal(parseLogLine(line, 'operations')?.timestamp_ms, expected, line)
    const bytes = Buffer.from(line)
    assert.equal(quickTimestamp(bytes, 0, bytes.length), expected, line)
  }
})

test('times without a zone are of the zone that is named, through the hours that clocks leave out or show twice', () => {
  const zone = legacyZone('America/New_York')
  const at = (time: string): string => {
    const entry = parseLogLine(`[${time}] INFO: x`, 'operations', zone)
    return new Date(entry?.timestamp_ms ?? 0).toISOString()
  }
  assert.equal(at('2025-12-22 10:15:30'), '2025-12-22T15:15:30.000Z')
  assert.equal(at('2025-07-01 10:15:30'), '2025-07-01T14:15:30.000Z')
  assert.equal(at('2025-03-09 01:59:59'), '2025-03-09T06:59:59.000Z')
  assert.equal(at('2025-03-09 02:37:00'), '2025-03-09T07:00:00.000Z')
  assert.equal(at('2025-03-09 03:00:00'), '2025-03-09T07:00:00.000Z')
  assert.equal(at('2025-11-02 00:59:59'), '2025-11-02T04:59:59.000Z')
  assert.equal(at('2025-11-02 01:30:00'), '2025-11-02T05:30:00.000Z')
  assert.equal(at('2025-11-02 02:00:00'), '2025-11-02T07:00:00.000Z')
  assert.equal(at('2025-12-22 10:15:30Z'), '2025-12-22T10:15:30.000Z')
  assert.throws(() => legacyZone('Mars/Olympus'), { code: 'config_invalid', message: /"Mars\/Olympus"/ })
})

test('JSON lines of the earlier system are read under our names', () => {
  const line = JSON.stringify({
    timestamp: '2025-12-22 10:15:30,000',
    level: 'DEBUG',
    logger: 'canvas_sync.api_calls',
    module: 'canvas_api',
    function: '_make_request',
    line: 93,
    message: 'Canvas API response',
    extra_method: 'get',
    extra_endpoint: 'https://x.test/api/v1/courses?page=bookmark:WyJBbm4',
    extra_response_status: 200,
    extra_duration_ms: 145.3,
    extra_user_id: 42,
    extra_course_id: 123,
    extra_task_id: 'abc',
  })
  const place = { module: 'canvas_api', function: '_make_request', line: 93 }
  assert.deepEqual(parsed(line, 'api_calls'), {
    event: 'api_call',
    task_id: 'abc',
    user_id: 42,
    level: 'DEBUG',
    message: 'Canvas API response',
    fields: {
      logger: 'canvas_sync.api_calls',
      ...place,
      method: 'GET',
      endpoint: '/api/v1/courses',
      status: 200,
      duration_ms: 145.3,
      course_id: '123',
    },
  })
  assert.equal(parseLogLine(line, 'api_calls')?.form, 'python_json')
  const database = JSON.stringify({
    timestamp: '2025-12-22T10:15:30',
    level: 'INFO',
    message: 'Batch',
    extra: { operation: 'CREATE', entity_type: 'AssignmentGroup', count: 2, user_id: '42', deep: { a: 1 } },
  })
  assert.deepEqual(parsed(database, 'database'), {
    ...NOTHING,
    event: 'db_operation',
    user_id: 42,
    message: 'Batch',
    fields: { operation: 'create', entity: 'assignment_groups', count: 2 },
  })
  const progress = JSON.stringify({
    timestamp: '2025-12-22T10:15:30',
    level: 'INFO',
    message: 'Processing',
    extra_progress_percent: 25,
    extra_elapsed_seconds: 1.5,
    extra_timestamp: 'x',
  })
  assert.deepEqual(parsed(progress, 'progress'), {
    ...NOTHING,
    event: 'progress',
    message: 'Processing',
    fields: { percent: 25, elapsed_ms: 1500 },
  })
})

test("an error of the earlier system says what happened, and nobody's secrets", () => {
  const line = (message: string, error_message: string): string =>
    JSON.stringify({
      timestamp: '2025-12-22T10:15:30',
      level: 'CRITICAL',
      message,
      extra_error_message: error_message,
      extra_error_type: 'ConnectionError',
      extra_operation: 'fetch_courses',
      extra_note: 'Bearer abcdefghijklmnop',
    })
  const fields = { error_type: 'ConnectionError', operation: 'fetch_courses', note: 'Bearer [redacted]' }
  const expected = { ...NOTHING, level: 'ERROR', fields }
  assert.deepEqual(parsed(line('Sync error', 'Connection timeout'), 'errors'), {
    ...expected,
    message: 'Sync error: Connection timeout',
  })
  assert.deepEqual(parsed(line('Failed: Connection timeout', 'Connection timeout'), 'errors'), {
    ...expected,
    message: 'Failed: Connection timeout',
  })
  assert.deepEqual(
    parsed(line('', 'refused access_token=7~abcdefghijklmnopqrst for ann@example.org'), 'errors'),
    {
      ...expected,
      message: 'refused access_token=[redacted] for [redacted]',
    },
  )
})

test('text lines of the earlier system are read with their place, level and figures', () => {
  const line = `[${TIME}] DEBUG [_make_request:93]: Canvas API response: GET /users/self?include=x - Status: 200 - Duration: 145.3ms`
  assert.deepEqual(parsed(line, 'api_calls'), {
    event: 'api_call',
    task_id: null,
    user_id: null,
    level: 'DEBUG',
    message: 'Canvas API response: GET /users/self?[redacted] - Status: 200 - Duration: 145.3ms',
    fields: {
      method: 'GET',
      endpoint: '/users/self',
      status: 200,
      duration_ms: 145.3,
      function: '_make_request',
      line: 93,
    },
  })
  assert.equal(parseLogLine(line, 'api_calls')?.form, 'python_text')
  assert.deepEqual(parsed(`[${TIME},123] ERROR in app: Exception on /x [GET]\r`, 'errors'), {
    ...NOTHING,
    level: 'ERROR',
    message: 'Exception on /x [GET]',
    fields: { module: 'app' },
  })
  assert.deepEqual(parsed(`[${TIME}] INFO [sync:7]: Starting - user_id: 42 - course_id: 9`, 'operations'), {
    ...NOTHING,
    user_id: 42,
    message: 'Starting - user_id: 42 - course_id: 9',
    fields: { course_id: '9', function: 'sync', line: 7 },
  })
})

test('every short form of the documentation of the earlier system is read', () => {
  const cases: readonly [LogStream, string, Partial<LogEntry>][] = [
    [
      'operations',
      'Sync Task: abc, 42, sync_started, in_progress',
      { event: 'sync_started', task_id: 'abc', user_id: 42, fields: { status: 'in_progress' } },
    ],
    [
      'operations',
      'Sync Task: task_id, user_id, event, status',
      { event: 'event', task_id: 'task_id', user_id: 'user_id', fields: { status: 'status' } },
    ],
    [
      'operations',
      'Courses: 25, 2, 23',
      { event: 'course_synced', fields: { count: 25, created: 2, updated: 23 } },
    ],
    [
      'operations',
      'Courses: count: 25, updated=23',
      { event: 'course_synced', fields: { count: 25, updated: 23 } },
    ],
    ['operations', 'Assignments: count, synced', { event: 'assignments_synced', fields: {} }],
    [
      'operations',
      'Assignments: 340, 338',
      { event: 'assignments_synced', fields: { count: 340, synced: 338 } },
    ],
    [
      'operations',
      'Completion: 210.5, 25 courses, 2 new',
      { event: 'sync_completed', fields: { duration_ms: 210_500 } },
    ],
    [
      'api_calls',
      'GET /api/v1/courses - Status: 200 - 145.2ms',
      {
        event: 'api_call',
        fields: { method: 'GET', endpoint: '/api/v1/courses', status: 200, duration_ms: 145.2 },
      },
    ],
    [
      'api_calls',
      'GET /api/v1/courses/123/assignments - Status: 200',
      {
        event: 'api_call',
        fields: { method: 'GET', endpoint: '/api/v1/courses/123/assignments', status: 200 },
      },
    ],
    [
      'database',
      'CREATE Course - Count: 2 - Duration: 15.3ms',
      {
        event: 'db_operation',
        fields: { count: 2, duration_ms: 15.3, operation: 'create', entity: 'courses' },
      },
    ],
    [
      'database',
      'UPDATE Assignment - Count: 340 - Batch: true',
      {
        event: 'db_operation',
        fields: { count: 340, batch: true, operation: 'update', entity: 'assignments' },
      },
    ],
    [
      'errors',
      'ERROR: Connection timeout - user_id: 42 - course_id: 123',
      { level: 'ERROR', user_id: 42, fields: { course_id: '123' }, message: 'Connection timeout' },
    ],
    [
      'errors',
      'ERROR: Rate limit exceeded - operation: fetch_courses',
      { level: 'ERROR', fields: { operation: 'fetch_courses' }, message: 'Rate limit exceeded' },
    ],
    [
      'progress',
      'PROGRESS: Task: abc - 10% - Processing courses',
      {
        event: 'progress',
        task_id: 'abc',
        fields: { percent: 10, current: 'Processing courses' },
        message: 'Processing courses',
      },
    ],
    [
      'database',
      'DELETE assignments - Count: 3',
      { event: 'db_operation', fields: { count: 3, operation: 'delete', entity: 'assignments' } },
    ],
    [
      'api_calls',
      'DELETE https://canvas.example.com/api/v1/courses/7 - Status: 200',
      { event: 'api_call', fields: { method: 'DELETE', endpoint: '/api/v1/courses/7', status: 200 } },
    ],
    ['operations', 'Something else - as it happens', { message: 'Something else - as it happens' }],
  ]
  for (const [stream, text, expected] of cases) {
    assert.deepEqual(parsed(`[${TIME}] ${text}`, stream), { ...NOTHING, message: text, ...expected }, text)
    const entry = parseLogLine(`[${TIME}] ${text}`, stream)
    assert.deepEqual([entry?.form, entry?.timestamp_ms, entry?.writer], ['summary', TIME_MS, null])
  }
})

test('what the earlier system calls by one row has the name that our own lines have', () => {
  const entityOf = (entity: string): unknown =>
    parseLogLine(`[${TIME}] UPDATE ${entity} - Count: 1`, 'database')?.fields['entity']
  const ours = {
    course: 'courses',
    Courses: 'courses',
    Section: 'sections',
    enrollment: 'enrollments',
    AssignmentGroup: 'assignment_groups',
    'Assignment Group': 'assignment_groups',
    assignment: 'assignments',
    SUBMISSION: 'submissions',
    grade: 'grades',
    Term: 'terms',
    user: 'users',
    outbox: 'outbox',
    status: 'status',
  }
  for (const [theirs, name] of Object.entries(ours)) assert.equal(entityOf(theirs), name, theirs)
  const json = JSON.stringify({
    timestamp: TIME,
    level: 'INFO',
    logger: 'x',
    extra_entity_type: 'Submission',
  })
  assert.equal(parseLogLine(json, 'database')?.fields['entity'], 'submissions')
  const own = ownLine({ event: { fields: { operation: 'update', entity: 'course' } } })
  assert.equal(parseLogLine(own.trimEnd(), 'database')?.fields['entity'], 'course')
})

test('what is in no form is no entry, and the lines of a traceback are told apart from it', () => {
  const none = [
    '',
    ' ',
    'x',
    '{',
    '{}',
    '[]',
    '{"timestamp":"2025-12-22T10:15:30',
    `[${TIME}]`,
    '[99]',
    'null',
    '1',
    '\0\0{}',
  ]
  for (const line of none) assert.equal(parseLogLine(line, 'errors'), undefined, line)
  const traceback = [
    'Traceback (most recent call last):',
    '  File "app.py", line 3, in <module>',
    '\traise ValueError(1)',
    'ValueError: 1',
    'requests.exceptions.ConnectionError: refused',
    'KeyboardInterrupt',
    'During handling of the above exception, another exception occurred:',
  ]
  for (const line of traceback) {
    assert.equal(parseLogLine(line, 'errors'), undefined)
    assert.ok(isContinuation(line), line)
  }
  for (const line of ['', '   ', 'garbage', '{"timestamp":']) assert.ok(!isContinuation(line), line)
})

test('a long hostile line costs no more than a moment', () => {
  const units = [
    'a.',
    'A',
    ' - ',
    'Status: ',
    'GET ',
    '(',
    'Error',
    'a ',
    '1',
    ', ',
    '{"a":',
    '[',
    '?a=b',
    'x: ',
  ]
  for (const unit of units) {
    for (const head of [`[${TIME}] `, `[${TIME}] Courses: `, `[${TIME}] DEBUG [f:1]: `, '', '{']) {
      const line = head + unit.repeat(200_000 / unit.length)
      const cost_ms = threadCost(() => {
        parseLogLine(line, 'errors')
        isContinuation(line)
      })
      assert.ok(cost_ms < 1000, `${head}${unit}: ${cost_ms} ms`)
    }
  }
})
