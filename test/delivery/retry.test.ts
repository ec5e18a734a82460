import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { groupDue } from '../../src/core/notification-group.ts'
import type { SendResult } from '../../src/delivery/channel.ts'
import { afterAttempt, readerDueAt, retryAfter } from '../../src/delivery/retry.ts'

const NOW = 1_000_000_000
const again = { outcome: 'again', error: 'http_500' } as const

describe('after an attempt', () => {
  const table: readonly [string, Parameters<typeof afterAttempt>[0], number, number, object][] = [
    ['sent', { outcome: 'sent' }, 5, 0, { next_allowed_at: NOW + 1000, retry_at: 0, keeps_batch: false }],
    ['refused', { outcome: 'failed', error: 'x' }, 5, 0, { next_allowed_at: NOW + 1000, retry_at: 0 }],
    ['the first failure', again, 0, 0, { next_allowed_at: NOW + 1000, retry_at: NOW + 1000 }],
    ['the fourth', again, 3, 0, { retry_at: NOW + 8000 }],
    ['the fourth, by chance sooner', again, 3, 1, { retry_at: NOW + 4000 }],
    ['many', again, 10, 0, { retry_at: NOW + 60_000 }],
    ['very many', again, 30, 0, { retry_at: NOW + 300_000 }],
    ['what a person must mend', { ...again, slowly: true }, 30, 0, { retry_at: NOW + 600_000 }],
    ['asked to wait', { ...again, retry_after_ms: 7000 }, 9, 0, { next_allowed_at: NOW + 7000, retry_at: 0 }],
    ['asked to wait, at worst', { ...again, retry_after_ms: 7000 }, 9, 1, { next_allowed_at: NOW + 7500 }],
    [
      'asked to wait for a day',
      { ...again, retry_after_ms: 9e7 },
      9,
      0,
      { next_allowed_at: NOW + 3_600_000 },
    ],
    ['asked not to wait', { ...again, retry_after_ms: 0 }, 0, 0, { next_allowed_at: NOW + 1000 }],
    ['perhaps arrived', { ...again, perhaps: true }, 0, 0, { keeps_batch: true }],
    ['arrived at some', { ...again, progress: '[]' }, 0, 0, { keeps_batch: true }],
  ]
  for (const [name, result, failures, random, expected] of table) {
    it(`that is ${name}: ${JSON.stringify(expected)}`, () => {
      assert.partialDeepStrictEqual(afterAttempt(result, failures, random, NOW, 1000), expected)
    })
  }

  it('nobody is asked within a second, nor later than in an hour', () => {
    const outcome = fc.record({
      retry_after_ms: fc.double({ noNaN: true, min: -1e9, max: 1e12 }),
      slowly: fc.boolean(),
      perhaps: fc.boolean(),
    })
    fc.assert(
      fc.property(
        outcome,
        fc.nat(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, failures, random) => {
          const { next_allowed_at, retry_at } = afterAttempt(
            { ...again, ...given },
            failures,
            random,
            NOW,
            1000,
          )
          const at = Math.max(next_allowed_at, retry_at)
          assert.ok(at >= NOW + 1000 && at <= NOW + 3_600_500)
        },
      ),
    )
  })
})

it('what is refused to one reader is tried again after 1, 2, 4 … 15 minutes, and what is about the channel is not of one', () => {
  const again = (error: string): SendResult => ({ outcome: 'again', error })
  for (const [attempts, minutes] of [
    [0, 1],
    [1, 2],
    [3, 8],
    [4, 15],
    [999, 15],
  ] as const) {
    assert.equal(readerDueAt(again('smtp_451'), attempts, 1000), 1000 + minutes * 60_000)
  }
  assert.ok(readerDueAt({ outcome: 'failed', error: 'smtp_550' }, 0, 1000) !== null)
  for (const error of [
    'smtp_421',
    'smtp_454',
    'smtp_530',
    'smtp_auth',
    'connection',
    'slack_error',
    'smtp_4510',
  ]) {
    assert.equal(readerDueAt(again(error), 0, 1000), null, error)
  }
  assert.equal(readerDueAt({ outcome: 'sent', error: 'smtp_550' }, 0, 1000), null)
})

it('Retry-After is seconds or a date, and nothing else', () => {
  const now = Date.parse('2026-11-22T10:15:00Z')
  assert.equal(retryAfter('7', now), 7000)
  assert.equal(retryAfter(' 0.5 ', now), 500)
  assert.equal(retryAfter('Sun, 22 Nov 2026 10:15:30 GMT', now), 30_000)
  assert.equal(retryAfter('Sun, 22 Nov 2026 10:14:30 GMT', now), 0)
  for (const wrong of [null, '', 'soon', '-7', '1e9', '2026-11-22', '99999999999']) {
    assert.equal(retryAfter(wrong, now), undefined, String(wrong))
  }
})

it('a group waits a little, and then an interval', () => {
  const times = { wait_ms: 15, interval_ms: 300 }
  const table: readonly [number | null, number, number][] = [
    [null, 1000, 1015],
    [1015, 1000, 1015],
    [1015, 1015, 1015],
    [1015, 1016, 1315],
    [1015, 1300, 1315],
    [1015, 1301, 1316],
    [1015, 9000, 9015],
    // Another server has looked at the clock later; a clock went back by an hour.
    [1316, 1015, 1316],
    [3_600_000, 1000, 1015],
  ]
  for (const [last, now, due] of table) assert.equal(groupDue(last, now, times), due, `${last} ${now}`)
})
