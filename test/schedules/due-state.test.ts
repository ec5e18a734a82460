import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { blindTimes, dueState } from '../../src/schedules/due-state.ts'

/** Due at 100 with a margin of 30, 10 early; the next one begins at 200. */
const WINDOW = { from: 90, until: 130, late_until: 199 }
const OVER = 131
const start = (started_at: number, sync_id = started_at) => ({ sync_id, started_at })

describe('what became of a time', () => {
  const away = [{ from: 95, until: 101 }]
  const table: readonly (readonly [string, number[], number, object[], string, number | null])[] = [
    ['nothing yet', [], 100, [], 'waiting', null],
    ['nothing at the last moment of the margin', [], 130, [], 'waiting', null],
    ['nothing, and the monitor was away a moment ago', [], 120, away, 'waiting', null],
    ['nothing when the margin is over', [], OVER, [], 'missed', null],
    ['nothing, and the monitor was away', [], OVER, away, 'unknown', null],
    [
      'nothing, and the monitor was away up to its beginning',
      [],
      OVER,
      [{ from: 1, until: 90 }],
      'missed',
      null,
    ],
    [
      'nothing, and the monitor was away from its end on',
      [],
      OVER,
      [{ from: 130, until: 140 }],
      'missed',
      null,
    ],
    ['a start in time', [100], 100, [], 'started', 100],
    ['a start at the last moment', [130], 500, [], 'started', 130],
    ['a start that is early', [90], 95, [], 'started', 90],
    ['a start that is too early', [89], OVER, [], 'missed', null],
    ['a start in time while the monitor was away', [96], 500, away, 'started', 96],
    ['the first of two starts', [120, 110], 500, [], 'started', 110],
    ['a late start', [131], 500, [], 'late', 131],
    ['the last moment to be late', [199], 500, [], 'late', 199],
    ['a start that belongs to the next time', [200], 500, [], 'missed', null],
    ['a late start, when the monitor was away before', [150], 500, away, 'unknown', null],
    [
      'a late start, when the monitor was away afterwards',
      [150],
      500,
      [{ from: 131, until: 140 }],
      'late',
      150,
    ],
  ]
  for (const [what, starts, now, outages, state, sync_id] of table) {
    it(`${what}: ${state}`, () => {
      const decided = dueState(
        WINDOW,
        starts.map((at) => start(at)),
        now,
        outages as { from: number; until: number }[],
      )
      assert.deepEqual([decided.state, decided.start?.sync_id ?? null], [state, sync_id])
    })
  }

  it('of starts at the same moment the first one counts', () => {
    assert.equal(dueState(WINDOW, [start(100, 8), start(100, 7)], OVER, []).start?.sync_id, 7)
  })
})

describe('when a start would not have come to light', () => {
  const server = { from: 1, until: 2, database_was_away: false }
  const database = { from: 3, until: 4, database_was_away: true }
  const table = [
    ['the newest sync wrote itself to the database', true, [database]],
    ['the newest sync was reported', false, [server, database]],
    ['there is none', null, [server, database]],
  ] as const
  for (const [what, wrote_itself, blind] of table) {
    it(`when ${what}: ${blind.length === 1 ? 'only while the database was away' : 'whenever no server was there'}`, () => {
      assert.deepEqual(blindTimes([server, database], wrote_itself), blind)
    })
  }
})
