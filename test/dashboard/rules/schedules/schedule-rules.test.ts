import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  openedSchedule,
  scheduleFiltersOf,
  withWords,
} from '../../../../dashboard/src/schedules/schedule-filters.ts'
import {
  isInTrouble,
  lateSeconds,
  markOf,
  spanText,
  stripText,
  tickText,
  timesText,
} from '../../../../dashboard/src/schedules/schedule-states.ts'
import { DUE_STATES } from '../../../../src/core/schedule.ts'
import type { DueRunRecord, ScheduleRecord } from '../../../../src/schedules/schedule-records.ts'

const run = (given: Partial<DueRunRecord> = {}): DueRunRecord => ({
  due_at: '2026-11-22T02:00:00.000Z',
  state: 'started',
  decided_at: null,
  sync_id: null,
  sync_start_time: null,
  sync_end_time: null,
  sync_status: null,
  ...given,
})

test('the state of a schedule is that of its last time, unless it is paused', () => {
  const words = DUE_STATES.map((last_state) => markOf({ paused: false, last_state }).words)
  assert.deepEqual(words, ['Due now', 'On time', 'Late', 'Missed', 'Unknown'])
  assert.equal(markOf({ paused: true, last_state: 'missed' }).words, 'Paused')
  assert.equal(markOf({ paused: false, last_state: null }).words, 'Not due yet')
  const troubled = DUE_STATES.filter((last_state) => isInTrouble({ paused: false, last_state }))
  assert.deepEqual(troubled, ['late', 'missed'])
  assert.equal(isInTrouble({ paused: true, last_state: 'missed' }), false)
})

test('a strip says in words what its ticks show', () => {
  assert.equal(stripText([]), 'not due yet')
  const runs = ['started', 'missed', 'started', 'late', 'waiting', 'unknown'] as const
  assert.equal(
    stripText(runs.map((state) => ({ state }))),
    '2 on time, 1 late, 1 missed, 1 unknown, 1 due now',
  )
  const late = run({ state: 'late', sync_start_time: '2026-11-22T02:12:00.000Z' })
  assert.equal(tickText(late, 'Europe/Zurich'), 'Late by 12 min 0 s, due 22 Nov, 03:00')
  assert.equal(tickText(run(), 'UTC'), 'On time, due 22 Nov, 02:00')
})

test('how late a sync started is known when one did, and never less than nothing', () => {
  assert.equal(lateSeconds(run()), null)
  assert.equal(lateSeconds(run({ sync_start_time: '2026-11-22T01:59:58.000Z' })), null)
  assert.equal(lateSeconds(run({ sync_start_time: '2026-11-22T02:00:04.400Z' })), 4)
})

test('times are the expression, or how often', () => {
  assert.equal(timesText({ cron: '0 2 * * *', interval_seconds: null }), '0 2 * * *')
  assert.equal(timesText({ cron: null, interval_seconds: 21_600 }), 'every 6 h')
  assert.equal(spanText(900), '15 min')
})

test('filters and the opened one are what the address says, if it can be', () => {
  const of = (query: string): URLSearchParams => new URLSearchParams(query)
  assert.equal(scheduleFiltersOf(of('state=odd')).choice.value, '')
  assert.equal(scheduleFiltersOf(of('state=trouble&search=a')).choice.words, 'In trouble')
  assert.equal(openedSchedule(of('schedule=nightly-2')), 'nightly-2')
  assert.equal(openedSchedule(of('schedule=../x')), null)
  assert.equal(openedSchedule(of('')), null)
  const all = [
    { slug: 'nightly', sync_type: 'all', user_id: null },
    { slug: 'other', sync_type: 'grades', user_id: 42 },
  ] as ScheduleRecord[]
  assert.deepEqual(
    ['NIGHT', 'grad', '42', ''].map((words) => withWords(all, words).length),
    [1, 1, 1, 2],
  )
})
