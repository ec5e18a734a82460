import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errorFingerprint, messagePattern } from '../../src/core/error-fingerprint.ts'
import type { SyncStatus } from '../../src/core/sync-status.ts'
import { threadCost } from '../support/cpu-time.ts'

describe('the pattern of an error message', () => {
  const patterns: Readonly<Record<string, string>> = {
    'Course 12 is gone.': 'course <n> is gone.',
    'Course 977 is  gone.\n': 'course <n> is gone.',
    'It took 1.5 s of 60 s, 12,345 rows': 'it took <n> s of <n> s, <n> rows',
    'Canvas answered 502 to GET /api/v1/courses/31/users.':
      'canvas answered <n> to get /api/v<n>/courses/<n>/users.',
    'No course "Biology 101" here': 'no course <text> here',
    "No course 'Biology 101' here": 'no course <text> here',
    'No course `Biology` and “Chemistry”': 'no course <text> and <text>',
    "The token's owner isn't enrolled; don't retry": "the token's owner isn't enrolled; don't retry",
    'Request 6b1f0c9e-5f0a-4a53-9d0c-0a4a5e0c7d11 failed': 'request <id> failed',
    'Object 0xdeadbeef01 and 5f3759df8a': 'object <id> and <id>',
    'A deadbeef decade feedface': 'a deadbeef decade feedface',
    'At 2026-11-22T10:15:30.123Z and 2026-11-22 10:15': 'at <time> and <time>',
    'Cannot reach https://canvas.test/a?b=1, sorry': 'cannot reach <address> sorry',
    '': '',
    '   ': '',
    'Zeit überschritten: größer als 5': 'zeit überschritten: größer als <n>',
  }
  for (const [message, pattern] of Object.entries(patterns)) {
    it(`of ${JSON.stringify(message)} is ${JSON.stringify(pattern)}`, () => {
      assert.equal(messagePattern(message), pattern)
    })
  }

  it('has an end, and comes quickly whatever the message is', () => {
    for (const sign of ['1', "'", '"', 'a1', 'f', '-', '1.', '://', ' ', '😀', 'a://', '`“']) {
      const message = sign.repeat(1_000_000)
      const cost_ms = threadCost(() => {
        assert.ok(messagePattern(message).length <= 300)
      })
      assert.ok(cost_ms < 100, `${sign}: ${cost_ms} ms`)
    }
  })
})

describe('the fingerprint of an error', () => {
  const ended = (sync_status: SyncStatus, error_message: string | null, typed = true) =>
    errorFingerprint({ sync_status, error_type: typed ? 'not_found' : null, error_message })

  it('is that of type and pattern, whatever the status', () => {
    assert.equal(ended('failed', 'Course 1.'), 'not_found\ncourse <n>.')
    assert.equal(ended('partial', 'Course 22.'), ended('failed', 'Course 1.'))
    assert.notEqual(ended('failed', 'Course 1.', false), ended('failed', 'Course 1.'))
  })

  it('is there for every sync that failed, also without a word', () => {
    for (const status of ['failed', 'lost', 'timed_out'] as const) {
      assert.equal(ended(status, null, false), '\n')
    }
    assert.equal(ended('partial', null), 'not_found\n')
    assert.equal(ended('partial', 'x', false), '\nx')
  })

  it('is not there for a sync that runs, completed, was cancelled, or was partial and says no more', () => {
    for (const status of ['in_progress', 'completed', 'cancelled'] as const) {
      assert.equal(ended(status, 'Course 1.'), null)
    }
    assert.equal(ended('partial', null, false), null)
  })
})
