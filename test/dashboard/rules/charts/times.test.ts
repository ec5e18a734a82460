import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bucketEnds, bucketText, zoneOfBuckets } from '../../../../dashboard/src/charts/bucket-text.ts'
import { timeTicks } from '../../../../dashboard/src/charts/time-ticks.ts'
import { bucketStarts } from '../../../../src/core/time-buckets.ts'

const ZURICH = 'Europe/Zurich'
const HOUR_MS = 3_600_000
const at = (text: string): number => Date.parse(text)

const texts = (from: string, until: string, zone: string, most: number): string =>
  timeTicks(at(from), at(until), zone, most)
    .map(({ text }) => text)
    .join(' | ')

suite('the times under a chart', () => {
  test('are round on the clocks of the zone, and the first of a day is the day', () => {
    assert.equal(
      texts('2026-11-21T17:00:00Z', '2026-11-22T17:00:00Z', ZURICH, 8),
      '18:00 | 21:00 | 22 Nov | 03:00 | 06:00 | 09:00 | 12:00 | 15:00 | 18:00',
    )
    assert.equal(
      texts('2026-11-22T10:00:00Z', '2026-11-22T11:00:00Z', 'Asia/Kolkata', 4),
      '15:30 | 15:45 | 16:00 | 16:15 | 16:30',
    )
    assert.equal(
      texts('2026-11-10T00:00:00Z', '2026-11-17T00:00:00Z', 'UTC', 4),
      '11 Nov | 13 Nov | 15 Nov | 17 Nov',
    )
    assert.equal(texts('2025-10-15T00:00:00Z', '2026-04-15T00:00:00Z', 'UTC', 6), 'Nov | 2026 | Mar')
    assert.equal(
      texts('2025-10-15T00:00:00Z', '2026-04-15T00:00:00Z', 'UTC', 7),
      'Nov | Dec | 2026 | Feb | Mar | Apr',
    )
  })

  test('on a day of 25 hours midnights are 25 hours apart, and 06:00 is 06:00', () => {
    const ticks = timeTicks(at('2026-10-24T22:00:00Z'), at('2026-10-25T23:00:00Z'), ZURICH, 5)
    assert.deepEqual(
      ticks.map(({ at_ms, text }) => [text, (at_ms - at('2026-10-24T22:00:00Z')) / HOUR_MS]),
      [
        ['25 Oct', 0],
        ['06:00', 7],
        ['12:00', 13],
        ['18:00', 19],
        ['26 Oct', 25],
      ],
    )
  })

  test('on a day of 23 hours no time is written that was not', () => {
    const ticks = timeTicks(at('2026-03-28T23:00:00Z'), at('2026-03-29T22:00:00Z'), ZURICH, 24)
    assert.equal(
      ticks
        .map(({ text }) => text)
        .slice(0, 5)
        .join(' '),
      '29 Mar 01:00 03:00 04:00 05:00',
    )
    assert.equal(ticks.at(-1)?.text, '30 Mar')
    assert.equal(ticks.length, 24)
    const days = timeTicks(at('2026-03-27T23:00:00Z'), at('2026-03-31T22:00:00Z'), ZURICH, 5)
    assert.deepEqual(
      days.map(({ at_ms }) => new Date(at_ms).toISOString().slice(5, 16)),
      ['03-27T23:00', '03-28T23:00', '03-29T22:00', '03-30T22:00', '03-31T22:00'],
    )
  })

  test('are about as many as there is room for, whatever the time and the zone', () => {
    for (const zone of ['UTC', ZURICH, 'America/St_Johns', 'Pacific/Apia', 'Australia/Lord_Howe']) {
      for (let span_ms = 60_000; span_ms < 4e11; span_ms *= 2.7) {
        const from = at('2026-02-11T13:37:00Z')
        for (const most of [2, 5, 12]) {
          const ticks = timeTicks(from, from + span_ms, zone, most)
          assert.ok(ticks.length <= most + 2, `${zone} ${span_ms} ${most}: ${ticks.length}`)
          assert.ok(ticks.every(({ at_ms }) => at_ms >= from && at_ms <= from + span_ms))
          assert.ok(ticks.every(({ at_ms }, index) => index === 0 || at_ms > (ticks[index - 1]?.at_ms ?? 0)))
        }
      }
    }
  })
})

suite('what a bucket is called', () => {
  const days = bucketStarts('day', at('2026-11-20T00:00:00Z'), at('2026-11-23T00:00:00Z'))

  test('an hour is one of the chosen zone', () => {
    assert.equal(zoneOfBuckets([at('2026-11-22T10:00:00Z')], 'hour', ZURICH), ZURICH)
    assert.equal(bucketText(at('2026-11-22T10:00:00Z'), 'hour', ZURICH, ZURICH), '22 Nov, 11:00')
  })

  test('a day of the API is one of UTC and says so where the zone is another', () => {
    assert.equal(zoneOfBuckets(days, 'day', ZURICH), 'UTC')
    assert.equal(bucketText(days[0] ?? 0, 'day', 'UTC', ZURICH), '20 Nov (UTC)')
    assert.equal(bucketText(days[0] ?? 0, 'day', 'UTC', 'UTC'), '20 Nov')
    assert.equal(bucketText(at('2026-11-01T00:00:00Z'), 'month', 'UTC', 'UTC'), 'Nov 2026')
  })

  test('days that begin at midnight of the zone are of the zone, through the changes of its clocks', () => {
    const local = ['2026-10-23T22:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'].map(at)
    assert.equal(zoneOfBuckets(local, 'day', ZURICH), ZURICH)
    assert.deepEqual(
      local.map((start) => bucketText(start, 'day', ZURICH, ZURICH)),
      ['24 Oct', '25 Oct', '26 Oct'],
    )
    assert.deepEqual(
      bucketEnds(local, 'day').map((end, index) => (end - (local[index] ?? 0)) / HOUR_MS),
      [24, 25, 25],
    )
  })

  test('it ends where the next begins', () => {
    assert.deepEqual(bucketEnds(days, 'day'), [...days.slice(1), at('2026-11-23T00:00:00Z')])
    assert.deepEqual(bucketEnds([at('2026-02-01T00:00:00Z')], 'month'), [at('2026-03-01T00:00:00Z')])
  })
})
