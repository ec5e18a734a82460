import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from '../../support/fast-check.ts'
import { LOG_LEVELS, type LogEvent } from '../../../src/core/log-event.ts'
import { LOG_FIELDS } from '../../../src/logs/writing/log-fields.ts'
import { FIELD_LIMIT, LINE_LIMIT, LineEncoder, MESSAGE_LIMIT } from '../../../src/logs/writing/log-line.ts'
import { redactText, withoutQuery } from '../../../src/logs/redact.ts'
import { threadCost } from '../../support/cpu-time.ts'
import { logEvent } from './log-event-factory.ts'

const TIME = '2026-11-22T10:15:00.000Z'

/** One for all tests: a line must not depend on the line before it. */
const encoder = new LineEncoder('w')

function encode(event: LogEvent, time = TIME): string {
  return encoder.encode(event, time, 1).toString()
}
function decode(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown>
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  fc.constantFrom('api_call', 'GET', '/api/v1/courses/7', 'GET /api/v1 - 200', 'x'.repeat(512)),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    maxLength: 300,
  }),
  fc.string({
    unit: fc.constantFrom(
      '\n',
      '\r',
      '"',
      '\\',
      '\u2028',
      '\u009b',
      '\u202e',
      '{',
      '\u0000',
      'a',
      '@',
      '?',
      '=',
    ),
  }),
)
const anyValue = fc.oneof(
  anyText,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
)
const anyEvent: fc.Arbitrary<LogEvent> = fc.record({
  level: fc.constantFrom(...LOG_LEVELS),
  event: anyText,
  task_id: fc.option(anyText),
  user_id: fc.oneof(anyText, fc.integer(), fc.constant(null)),
  fields: fc.dictionary(fc.oneof(fc.constantFrom(...LOG_FIELDS), anyText), anyValue),
  message: anyText,
})

/** What a reader must get back for a value of at most `FIELD_LIMIT` units. */
function expected(name: string, value: unknown): unknown {
  if (typeof value === 'string') return redactText(name === 'endpoint' ? withoutQuery(value) : value)
  if (typeof value === 'number' && !Number.isFinite(value)) return null
  return value === 0 ? 0 : value
}

test('any event becomes exactly one line that parses and gives back what went in', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const line = encode(event)
      assert.equal(line.indexOf('\n'), line.length - 1)
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(line.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/)
      assert.ok(line.isWellFormed())
      const own = Object.entries(event.fields)
        .filter(([name, value]) => LOG_FIELDS.includes(name) && value !== undefined)
        .map(([name, value]) => [name, expected(name, value)])
      assert.deepEqual(Object.entries(decode(line)), [
        ['timestamp', TIME],
        ['level', event.level],
        ['event', expected('', event.event)],
        ['task_id', expected('', event.task_id)],
        ['user_id', expected('', event.user_id)],
        ['writer', 'w'],
        ['seq', 1],
        ...own,
        ['message', expected('', event.message)],
      ])
    }),
    { numRuns: 10_000 },
  )
})

test('a number stands in a line as JSON writes it', () => {
  const decimals = fc
    .tuple(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), fc.constantFrom(1, 10, 100, 1000, 10_000))
    .map(([value, divisor]) => value / divisor)
  const edges = [0, 9, 10, 99, 100, 999, 1000, 999_999, 1e6, 999_999_999, 1e9, 2 ** 31, 2 ** 53, 0.5, 1e-7]
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...edges), fc.integer(), fc.double(), decimals), (count) => {
      const line = encode(logEvent({ fields: { count }, user_id: count }))
      const text = JSON.stringify(count)
      assert.ok(line.includes(`,"count":${text},`), `${count}: ${line}`)
      assert.ok(line.includes(`"user_id":${text},`), `${count}: ${line}`)
    }),
    { numRuns: 5000 },
  )
})

test('the time of a line is its own, also when all else is as in the line before', () => {
  for (const time of [TIME, '2026-11-22T10:15:00.001Z', '+010000-01-01T00:00:00.000Z', TIME]) {
    assert.equal(decode(encode(logEvent(), time))['timestamp'], time)
  }
})

test('a line begins with its own words when one of them differs from the line before', () => {
  const changes: Partial<LogEvent>[] = [
    {},
    { level: 'ERROR' },
    { event: 'other' },
    { task_id: 'task-2' },
    { task_id: null },
    { user_id: '42' },
    { user_id: null },
  ]
  for (const parts of changes) {
    encode(logEvent())
    const { level, event, task_id, user_id } = logEvent(parts)
    assert.deepEqual(Object.values(decode(encode(logEvent(parts)))).slice(1, 5), [
      level,
      event,
      task_id,
      user_id,
    ])
  }
})

test('a getter that encodes another event leaves the line around it whole', () => {
  let inner = ''
  const fields = {
    created: 1,
    get updated(): number {
      inner = encode(logEvent({ message: 'inner' }))
      return 2
    },
    deleted: 3,
  }
  const outer = decode(encode(logEvent({ fields, message: 'outer' })))
  assert.deepEqual(
    [outer['created'], outer['updated'], outer['deleted'], outer['message']],
    [1, 2, 3, 'outer'],
  )
  assert.equal(decode(inner)['message'], 'inner')
})

test('an event that throws half way leaves no trace in the next line', () => {
  const trap = {
    created: 1,
    get updated(): number {
      throw new Error('no')
    },
  }
  const sound = encode(logEvent())
  assert.throws(() => encode(logEvent({ fields: trap, event: 'other' })))
  assert.throws(() => encode(logEvent({ event: 7 as never })))
  assert.equal(encode(logEvent()), sound)
})

test('a line that a message tries to forge stays inside the message', () => {
  const forged = encode(logEvent({ event: 'sync_failed' }))
  const message = `done"}\n${forged}\r\u2028\u0085\u001b[2K`
  const line = encode(logEvent({ message }))
  assert.equal(line.split(/[\n\r\u2028\u0085]/).length, 2)
  assert.equal(decode(line)['message'], message)
})

test('long strings are cut with a marker and never within a character', () => {
  const line = decode(
    encode(
      logEvent({
        fields: { stack: '😀'.repeat(FIELD_LIMIT), reason: 'x'.repeat(FIELD_LIMIT) },
        message: 'é'.repeat(9999),
      }),
    ),
  )
  const stack = String(line['stack'])
  assert.ok(stack.endsWith('😀…[cut]'))
  assert.ok(stack.isWellFormed())
  assert.ok(stack.length <= FIELD_LIMIT + 6)
  assert.equal(line['reason'], 'x'.repeat(FIELD_LIMIT))
  assert.equal(line['message'], `${'é'.repeat(MESSAGE_LIMIT)}…[cut]`)
  const odd = String(decode(encode(logEvent({ fields: { stack: `a${'😀'.repeat(FIELD_LIMIT)}` } })))['stack'])
  assert.ok(odd.isWellFormed())
})

test('no event makes a line longer than its bound, however many and however long its fields are', () => {
  for (const unit of ['a', '\u0000', '\ud800', '漢', '😀', '?a=b ']) {
    const long = unit.repeat(20_000)
    const fields = Object.fromEntries(LOG_FIELDS.map((name) => [name, long]))
    const line = encode({ level: 'ERROR', event: long, task_id: long, user_id: long, fields, message: long })
    assert.ok(
      Buffer.byteLength(line) <= LINE_LIMIT,
      `${JSON.stringify(unit)}: ${Buffer.byteLength(line)} bytes`,
    )
    assert.deepEqual(Object.keys(decode(line)).slice(7), [...LOG_FIELDS, 'message'])
  }
})

test('a hostile string of a megabyte costs no more than a moment', () => {
  for (const unit of [
    'a',
    '@',
    '://',
    'eyJ',
    '1~',
    'bearer ',
    'a.',
    'a@a.',
    '=',
    '?a=',
    'token:',
    '-----BEGIN PRIVATE KEY-----',
  ]) {
    const message = unit.repeat(1_000_000 / unit.length)
    // Whatever collects garbage may choose this very moment, but not twice.
    const cost_ms = Math.min(
      threadCost(() => encode(logEvent({ message }))),
      threadCost(() => encode(logEvent({ message }))),
    )
    assert.ok(cost_ms < 250, `${unit}: ${cost_ms} ms`)
  }
})

test('the name of a field is allowed once and is in snake case', () => {
  assert.equal(new Set(LOG_FIELDS).size, LOG_FIELDS.length)
  for (const name of LOG_FIELDS) assert.match(name, /^[a-z]+(?:_[a-z]+)*$/)
  const reserved = ['timestamp', 'level', 'event', 'task_id', 'user_id', 'writer', 'seq', 'message']
  for (const name of reserved) assert.ok(!LOG_FIELDS.includes(name))
})
