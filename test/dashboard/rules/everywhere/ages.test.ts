import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageText, durationText } from '../../../../dashboard/src/parts/number-text.ts'

const HOUR = 3600

test('an age is told in one unit, and never as more than it is', () => {
  const ages = [0, 59.9, 60, 119, 59 * 60 + 59, HOUR, 35.77 * HOUR, 48 * HOUR - 1, 48 * HOUR, 71 * HOUR]
  assert.deepEqual(ages.map(ageText), [
    '0 s',
    '59 s',
    '1 min',
    '1 min',
    '59 min',
    '1 h',
    '35 h',
    '47 h',
    '2 d',
    '2 d',
  ])
})

test('how long something took keeps what an age leaves out', () => {
  assert.deepEqual([94, 35.77 * HOUR].map(durationText), ['1 min 34 s', '35 h 46 min'])
})
