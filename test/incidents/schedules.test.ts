import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { judgeSchedules, scheduleMember } from '../../src/incidents/judge-schedules.ts'
import { RULE_DEFAULTS, type RuleSettings } from '../../src/incidents/rule-settings.ts'
import { late, missed, overrun } from '../../src/incidents/rules/schedules.ts'
import type { Verdict } from '../../src/incidents/rules/verdict.ts'
import type { DueState } from '../../src/core/schedule.ts'
import type { ScheduleStreak } from '../../src/store/schedules.ts'

const NOW = Date.UTC(2026, 10, 22, 10)
const HOUR_MS = 3_600_000

const STATES: Readonly<Record<string, DueState>> = {
  s: 'started',
  m: 'missed',
  l: 'late',
  u: 'unknown',
  w: 'waiting',
}

/** A letter for each time, the oldest first; one an hour. */
function streak(letters: string, max_run_ms: number | null = null, running = false): ScheduleStreak {
  const runs = Array.from(letters, (letter, number) => {
    const due_at = NOW - (letters.length - number) * HOUR_MS
    const state = STATES[letter] ?? 'started'
    const started = state === 'started' || state === 'late'
    const start = due_at + (state === 'late' ? 600_000 : 1000)
    const sync = {
      user_id: '42',
      sync_status: running ? ('in_progress' as const) : ('completed' as const),
      sync_start_time: start,
      sync_end_time: running ? null : start + 60_000,
    }
    const sync_id = started ? 100 + number : null
    return { schedule_id: 1, due_at, state, sync_id, decided_at: due_at, sync: started ? sync : null }
  })
  const schedule = { slug: 'nightly', sync_type: 'all', user_id: null, margin_ms: 300_000, max_run_ms }
  return { schedule, runs: runs.toReversed() } as unknown as ScheduleStreak
}

const shortOf = (verdict: Verdict): string | number => (typeof verdict === 'string' ? verdict : verdict.count)

describe('rules about schedules', () => {
  it('missed: so many in a row, and never what nobody can know', () => {
    const table: Readonly<Record<string, string | number>> = {
      '': 'unknown',
      w: 'unknown',
      s: 'good',
      m: 1,
      sm: 1,
      smm: 2,
      smw: 1,
      smu: 1,
      mum: 2,
      u: 'unknown',
      su: 'good',
      ms: 'good',
      ml: 'good',
    }
    for (const [letters, expected] of Object.entries(table)) {
      assert.equal(shortOf(missed(streak(letters), RULE_DEFAULTS.missed)), expected, letters)
    }
    assert.equal(shortOf(missed(streak('sm'), { ...RULE_DEFAULTS.missed, in_a_row: 2 })), 'unknown')
  })

  it('late: so many in a row, with how late', () => {
    const table: Readonly<Record<string, string | number>> = {
      s: 'good',
      l: 'unknown',
      ll: 2,
      lls: 'good',
      llm: 'good',
    }
    for (const [letters, expected] of Object.entries(table)) {
      assert.equal(shortOf(late(streak(letters), RULE_DEFAULTS.late)), expected, letters)
    }
    const verdict = late(streak('sll'), RULE_DEFAULTS.late)
    assert.ok(typeof verdict !== 'string')
    assert.partialDeepStrictEqual(verdict, {
      began_at: NOW - 2 * HOUR_MS,
      facts: { late_ms: 600_000, due_at: NOW - HOUR_MS },
      last_good_at: NOW - 3 * HOUR_MS + 61_000,
      last_sync_id: 102,
    })
  })

  it('overrun: a run that goes on for longer than it may', () => {
    const severity = { severity: 'warning' } as const
    const say = (max_run_ms: number | null, running: boolean): string | number =>
      shortOf(overrun(streak('s', max_run_ms, running), severity, NOW))
    assert.equal(say(null, true), 'good')
    assert.equal(say(HOUR_MS / 2, true), 1)
    assert.equal(say(2 * HOUR_MS, true), 'unknown')
    assert.equal(say(HOUR_MS / 2, false), 'good')
  })

  it('end with the schedule, and when they are switched off', () => {
    const bad = [{ rule: 'missed', member: scheduleMember('nightly') }] as const
    const settingsOf = (): RuleSettings => RULE_DEFAULTS
    assert.deepEqual(judgeSchedules([], bad, settingsOf, NOW), { found: [], judged: bad })
    const { found } = judgeSchedules([streak('sm')], bad, settingsOf, NOW)
    assert.deepEqual(
      found.map(({ rule, key, subject, began_at }) => [rule, key, subject.schedule, began_at]),
      [['missed', '["missed","schedule","nightly"]', 'nightly', NOW - HOUR_MS]],
    )
    const off = { ...RULE_DEFAULTS, missed: { ...RULE_DEFAULTS.missed, enabled: false } }
    const judgement = judgeSchedules([streak('sm')], bad, () => off, NOW)
    assert.deepEqual(judgement.found, [])
    assert.ok(judgement.judged.some(({ rule }) => rule === 'missed'))
  })
})
