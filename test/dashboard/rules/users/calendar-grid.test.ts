import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  calendarGrid,
  cellText,
  countsText,
  dayAddress,
} from '../../../../dashboard/src/users/calendar-grid.ts'
import type { Calendar, CalendarDayRecord } from '../../../../src/api/users/calendar.ts'

const NOTHING = { syncs: 0, completed: 0, partial: 0, failed: 0, cancelled: 0, in_progress: 0 }

function calendarOf(changes: Readonly<Record<string, Partial<CalendarDayRecord>>>): Calendar {
  // Two weeks and a Monday, in a zone five hours behind.
  const days = Array.from({ length: 15 }, (_, day): CalendarDayRecord => {
    const date = new Date(Date.UTC(2026, 9, 26 + day)).toISOString().slice(0, 10)
    return { date, start: `${date}T05:00:00.000Z`, ...NOTHING, ...changes[date] }
  })
  const until = '2026-11-10T05:00:00.000Z'
  return { zone: 'America/Bogota', user_id: null, counted_from: null, until, days }
}

suite('the grid of a calendar', () => {
  test('has columns of weeks, with nothing after today', () => {
    const { weeks, months } = calendarGrid(calendarOf({}))
    assert.deepEqual(
      weeks.map((week) => week.map((cell) => cell?.day.date.slice(8) ?? '')),
      [
        ['26', '27', '28', '29', '30', '31', '01'],
        ['02', '03', '04', '05', '06', '07', '08'],
        ['09', '', '', '', '', '', ''],
      ],
    )
    assert.deepEqual(months, [
      { words: 'Oct', width: 1 },
      { words: 'Nov', width: 2 },
    ])
  })

  test('puts days by their date where a zone has left one out', () => {
    const whole = calendarOf({})
    const days = whole.days.filter(({ date }) => date !== '2026-10-29')
    const { weeks } = calendarGrid({ ...whole, days })
    assert.equal(weeks[0]?.[3], null)
    assert.equal(weeks[0]?.[4]?.day.date, '2026-10-30')
    assert.equal(weeks[0]?.[2]?.until, '2026-10-30T05:00:00.000Z')
  })

  test('tells few from many, and the worst of a day', () => {
    const { weeks, steps } = calendarGrid(
      calendarOf({
        '2026-10-26': { syncs: 100, completed: 100 },
        '2026-10-27': { syncs: 1, completed: 1 },
        '2026-10-28': { syncs: 60, partial: 1, completed: 59 },
        '2026-10-29': { syncs: 26, failed: 1, partial: 1, completed: 24 },
      }),
    )
    assert.deepEqual(steps, [0, 25, 50, 75, 100])
    const [week = []] = weeks
    assert.deepEqual(
      week.map((cell) => cell?.level),
      [4, 1, 3, 2, 0, 0, 0],
    )
    assert.deepEqual(
      week.map((cell) => cell?.trouble),
      [null, null, 'partial', 'failed', null, null, null],
    )
  })

  test('has as many levels as there are numbers', () => {
    assert.deepEqual(calendarGrid(calendarOf({})).steps, [0])
    assert.deepEqual(calendarGrid(calendarOf({ '2026-10-26': { syncs: 2 } })).steps, [0, 1, 2])
  })

  test('says in words what a day had, and what was not counted', () => {
    const day = { ...NOTHING, date: '2026-10-26', start: '' }
    assert.equal(countsText(day), 'no syncs')
    assert.equal(countsText({ ...day, syncs: 1, completed: 1 }), '1 sync, all completed')
    assert.equal(
      countsText({ ...day, syncs: 1200, failed: 2, partial: 1, in_progress: 3 }),
      '1,200 syncs, 2 failed, 1 partial, 3 running',
    )
    const { weeks } = calendarGrid({ ...calendarOf({}), counted_from: '2026-10-27T05:00:00.000Z' })
    const texts = weeks[0]?.slice(0, 2).map((cell) => (cell === null ? '' : cellText(cell)))
    assert.deepEqual(texts, ['Mon, 26 Oct 2026: not counted', 'Tue, 27 Oct 2026: no syncs'])
  })

  test('leads to the list of exactly the moments of a day', () => {
    const cell = calendarGrid(calendarOf({})).weeks[2]?.[0]
    assert.ok(cell)
    assert.equal(
      dayAddress(cell, 'a/b'),
      '/syncs?since=2026-11-09T05%3A00%3A00.000Z&until=2026-11-10T05%3A00%3A00.000Z&user_id=a%2Fb',
    )
    assert.ok(!dayAddress(cell, undefined).includes('user_id'))
  })
})
