import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { ruleSettings, NO_RULE_CHANGES, RULE_DEFAULTS } from '../../src/incidents/rule-settings.ts'
import { duration, median, quantile, volume } from '../../src/incidents/rules/baseline.ts'
import {
  syncFailed,
  syncLost,
  syncPartial,
  syncTimedOut,
  tokenInvalid,
  unexpectedEmpty,
} from '../../src/incidents/rules/endings.ts'
import { canvasUnreachable } from '../../src/incidents/rules/host.ts'
import {
  cleanupOverdue,
  disk,
  notificationFailing,
  stale,
  tokenExpiring,
} from '../../src/incidents/rules/upkeep.ts'
import type { Verdict } from '../../src/incidents/rules/verdict.ts'
import { logLoss, throttled } from '../../src/incidents/rules/work.ts'
import type { EndedSync } from '../../src/store/sync-histories.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** A Sunday. */
const NOW = Date.UTC(2026, 10, 22, 10)

function sync(number: number, given: Partial<EndedSync> = {}): EndedSync {
  const started_at = NOW + number * MINUTE_MS
  return {
    id: 1000 + number,
    user_id: '42',
    sync_type: 'all',
    sync_status: 'completed',
    error_type: null,
    error_group_id: null,
    source_id: 1,
    target_course_id: null,
    host: 'worker-1',
    started_at,
    ended_at: started_at + 1000,
    duration_ms: 60_000,
    processed: 1000,
    incremental: false,
    api_calls_made: 10,
    api_rate_limit_hits: 0,
    throttle_wait_ms: 0,
    records_lost: 0,
    token_expires_at: null,
    ...given,
  }
}

/** A letter for each sync, the oldest first. */
const LETTERS: Readonly<Record<string, Partial<EndedSync>>> = {
  o: {},
  f: { sync_status: 'failed', error_type: 'job_error' },
  n: { sync_status: 'failed', error_type: 'network' },
  e: { sync_status: 'failed', error_type: 'unexpected_empty' },
  t: { sync_status: 'failed', error_type: 'token_expired' },
  p: { sync_status: 'partial', error_type: 'forbidden' },
  P: { sync_status: 'partial', error_type: 'network' },
  l: { sync_status: 'lost', error_type: 'lost' },
  x: { sync_status: 'timed_out', error_type: 'timed_out' },
  c: { sync_status: 'cancelled' },
}

const history = (letters: string): EndedSync[] =>
  Array.from(letters, (letter, number) => sync(number, LETTERS[letter])).toReversed()

const shortOf = (verdict: Verdict): string | number => (typeof verdict === 'string' ? verdict : verdict.count)

function assertTable(
  rule: (history: readonly EndedSync[]) => Verdict,
  table: Readonly<Record<string, string | number>>,
): void {
  for (const [letters, expected] of Object.entries(table)) {
    assert.equal(shortOf(rule(history(letters))), expected, letters)
  }
}

describe('rules about how syncs ended', () => {
  it('sync_failed: twice in a row, or coming and going', () => {
    const settings = RULE_DEFAULTS.sync_failed
    assertTable((all) => syncFailed(all, settings), {
      o: 'good',
      f: 'unknown',
      of: 'unknown',
      off: 2,
      offf: 3,
      ff: 2,
      ffo: 'good',
      ffp: 'good',
      ffe: 2,
      flf: 2,
      fcf: 2,
      ftn: 3,
      ffx: 2,
      l: 'unknown',
      ofofo: 'good',
      ofoff: 2,
      fofof: 3,
      fofofo: 'unknown',
      ffofofoo: 'unknown',
      ffofofooo: 'good',
      fofofoo: 'good',
      ffffffffo: 'good',
    })
    assertTable((all) => syncFailed(all, { ...settings, recover_after: 2 }), { ffo: 'unknown', ffoo: 'good' })
    assertTable((all) => syncFailed(all, { ...settings, percent: 0 }), { fofof: 'unknown', fofofo: 'good' })
  })

  it('sync_partial, sync_lost, sync_timed_out, unexpected_empty, token_invalid: each by its own', () => {
    assertTable((all) => syncPartial(all, RULE_DEFAULTS.sync_partial), {
      p: 'unknown',
      pp: 2,
      pfp: 2,
      ppo: 'good',
      ppf: 2,
    })
    assertTable((all) => syncLost(all, RULE_DEFAULTS.sync_lost), {
      l: 1,
      ll: 2,
      lo: 'good',
      lf: 'good',
      lc: 1,
    })
    assertTable((all) => syncTimedOut(all, RULE_DEFAULTS.sync_timed_out), {
      x: 1,
      xf: 1,
      xp: 'good',
      xo: 'good',
    })
    assertTable((all) => unexpectedEmpty(all, RULE_DEFAULTS.unexpected_empty), {
      e: 1,
      en: 1,
      ee: 2,
      eo: 'good',
      o: 'good',
      n: 'unknown',
    })
    assertTable((all) => tokenInvalid(all, RULE_DEFAULTS.token_invalid), {
      t: 1,
      tn: 1,
      tt: 2,
      to: 'good',
      tp: 'good',
    })
  })

  it('tell when it began, when it was last good, and which was the last', () => {
    const verdict = syncFailed(history('ooff'), RULE_DEFAULTS.sync_failed)
    assert.ok(typeof verdict !== 'string')
    assert.partialDeepStrictEqual(verdict, {
      began_at: NOW + 2 * MINUTE_MS,
      last_good_at: NOW + MINUTE_MS + 1000,
      last_sync_id: 1003,
      sync_ids: [1003, 1002],
    })
  })

  it('open if and only if so many were bad at the end, and are good as soon as so many were good', () => {
    const letters = fc.string({ unit: fc.constantFrom('o', 'f', 'l', 'c'), maxLength: 15 })
    const count = fc.integer({ min: 1, max: 4 })
    fc.assert(
      fc.property(letters, count, count, (given, in_a_row, recover_after) => {
        const settings = { ...RULE_DEFAULTS.sync_failed, in_a_row, recover_after, percent: 0 }
        const said = given.replaceAll(/[lc]/g, '')
        const bad = /f*$/.exec(said)?.[0].length ?? 0
        const good = /o*$/.exec(said)?.[0].length ?? 0
        const expected = bad >= in_a_row ? bad : good >= recover_after ? 'good' : 'unknown'
        assert.equal(shortOf(syncFailed(history(given), settings)), expected)
      }),
    )
  })
})

describe('rules about what syncs did', () => {
  const counts = (...processed: readonly number[]): EndedSync[] =>
    processed.map((each, number) => sync(number, { processed: each })).toReversed()
  const usual = [990, 1000, 1010, 1000, 995, 1005, 1000, 1000, 1010, 990, 1000]
  const volumeOf = (all: readonly EndedSync[]): string | number =>
    shortOf(volume(all, RULE_DEFAULTS.volume, 'UTC'))

  it('volume: out of its band on both sides, with history enough', () => {
    assert.equal(volumeOf(counts(...usual, 1000)), 'good')
    assert.equal(volumeOf(counts(...usual, 0)), 1)
    assert.equal(volumeOf(counts(...usual, 690)), 1)
    assert.equal(volumeOf(counts(...usual, 710)), 'unknown')
    assert.equal(volumeOf(counts(...usual, 800)), 'good')
    assert.equal(volumeOf(counts(...usual, 1400)), 1)
    assert.equal(volumeOf(counts(...usual.slice(0, 9), 0)), 'unknown', 'nine say nothing')
    assert.equal(volumeOf(counts(...usual.map((each) => each / 100), 22)), 'good', 'few records')
    assert.equal(volumeOf(counts(...Array.from({ length: 12 }, () => 100), 160)), 1, 'without any spread')
    const wide = [100, 900, 200, 1500, 400, 1000, 50, 1200, 700, 1900, 300]
    assert.equal(volumeOf(counts(...wide, 10)), 'good', 'a wide spread')
  })

  it('volume: against what did the same, and the same weekday where there is enough of it', () => {
    const mixed = usual.map((processed, number) => sync(number, { processed }))
    const incremental = sync(50, { processed: 3, incremental: true })
    assert.equal(volumeOf([incremental, ...mixed.toReversed()]), 'unknown')
    assert.equal(volumeOf([sync(50, LETTERS['f']), ...mixed.toReversed()]), 'unknown')
    // 20 weeks: next to nothing on Sundays, much on the other days.
    const days = Array.from({ length: 140 }, (_, number) => {
      const started_at = NOW - (140 - number) * DAY_MS
      const is_sunday = new Date(started_at).getUTCDay() === 0
      return sync(number, { started_at, processed: is_sunday ? 40 : 1000 })
    }).toReversed()
    const sunday = sync(500, { started_at: NOW, processed: 41 })
    assert.equal(volumeOf([sunday, ...days]), 'good')
    assert.equal(volumeOf([{ ...sunday, processed: 1000 }, ...days]), 1)
  })

  it('duration: two in a row, slower or faster than all that is usual', () => {
    const seconds = (...given: readonly number[]): EndedSync[] =>
      given.map((each, number) => sync(number, { duration_ms: each * 1000 })).toReversed()
    const steady = Array.from({ length: 12 }, (_, number) => 100 + number)
    const say = (...more: readonly number[]): string | number =>
      shortOf(duration(seconds(...steady, ...more), RULE_DEFAULTS.duration))
    assert.equal(say(105, 106), 'good')
    assert.equal(say(300), 'unknown')
    assert.equal(say(300, 310), 2)
    assert.equal(say(300, 105), 'good')
    assert.equal(say(10, 12), 2)
    assert.equal(say(10, 300), 'unknown')
    assert.equal(shortOf(duration(seconds(100, 300, 300), RULE_DEFAULTS.duration)), 'unknown')
    const short = Array.from({ length: 12 }, () => 1)
    assert.equal(
      shortOf(duration(seconds(...short, 9, 9), RULE_DEFAULTS.duration)),
      'good',
      'too short to matter',
    )
  })

  it('throttled and log_loss', () => {
    const waits = (...ms: readonly number[]): EndedSync[] =>
      ms.map((throttle_wait_ms, number) => sync(number, { throttle_wait_ms })).toReversed()
    const { throttled: settings } = RULE_DEFAULTS
    assert.equal(shortOf(throttled(waits(0, 40_000), settings)), 'unknown')
    assert.equal(shortOf(throttled(waits(40_000, 900_000), settings)), 2)
    assert.equal(shortOf(throttled(waits(40_000, 40_000, 20_000), settings)), 2, 'in between says nothing')
    assert.equal(shortOf(throttled(waits(40_000, 40_000, 1000), settings)), 'good')
    const hits = [sync(1, { api_rate_limit_hits: 20 }), sync(0, { api_rate_limit_hits: 30 })]
    assert.equal(shortOf(throttled(hits, settings)), 2)
    assert.equal(shortOf(logLoss([sync(1, { records_lost: 3 }), sync(0)], RULE_DEFAULTS.log_loss)), 1)
    assert.equal(shortOf(logLoss([sync(1), sync(0, { records_lost: 3 })], RULE_DEFAULTS.log_loss)), 'good')
  })

  it('take the median and quantiles as everybody does', () => {
    assert.equal(median([3, 1, 2]), 2)
    assert.equal(median([4, 1, 2, 3]), 2.5)
    assert.ok(Number.isNaN(median([])))
    assert.equal(quantile([0, 10, 20, 30, 40], 0.95), 38)
  })
})

describe('the rule about a Canvas that cannot be reached', () => {
  const say = (letters: string, later_ms = 0): string | number =>
    shortOf(
      canvasUnreachable(
        history(letters),
        RULE_DEFAULTS.canvas_unreachable,
        NOW + letters.length * MINUTE_MS + later_ms,
      ),
    )

  it('opens at two that are the newest or among which most failed, and ends with the first that reached it', () => {
    const table: Readonly<Record<string, string | number>> = {
      o: 'good',
      n: 'unknown',
      nn: 2,
      on: 'unknown',
      onn: 2,
      nno: 'good',
      nnono: 'good',
      nnonno: 'unknown',
      nnonnooo: 'unknown',
      nnonnooooooooo: 'good',
      nnonn: 4,
      nnt: 'good',
      nnp: 'good',
      nnP: 2,
      nnl: 2,
      nnf: 2,
      non: 2,
      nono: 'good',
      nonono: 'unknown',
      ooooonn: 2,
      ooooonon: 'unknown',
      ooonnn: 3,
    }
    for (const [letters, expected] of Object.entries(table)) assert.equal(say(letters), expected, letters)
  })

  it('takes two failures of different users among many good ones for chance, and three not', () => {
    const say = (letters: string): string | number => {
      const syncs = Array.from(letters, (letter, number) =>
        sync(0, { ...LETTERS[letter], id: number, ended_at: NOW + number, user_id: `user ${number}` }),
      )
      return shortOf(canvasUnreachable(syncs, RULE_DEFAULTS.canvas_unreachable, NOW + MINUTE_MS))
    }
    assert.deepEqual(['onn', 'ooonn', 'ooonnn', 'ooooooooonnn', 'oooonno'].map(say), [
      2,
      'unknown',
      3,
      3,
      'good',
    ])
  })

  it('is back at once after an outage in which something ended that had begun before it', () => {
    const [first, second, third] = [sync(3, LETTERS['n']), sync(4, LETTERS['n']), sync(5, LETTERS['n'])]
    const ran_before = sync(1, { ended_at: NOW + 4.5 * MINUTE_MS })
    const back = sync(6)
    const ended = [first, second, ran_before, third, back]
    const verdict = canvasUnreachable(ended, RULE_DEFAULTS.canvas_unreachable, NOW + 7 * MINUTE_MS)
    assert.equal(verdict, 'good')
  })

  it('says nothing when nothing has ended for a while', () => {
    assert.equal(say('onn', 20 * MINUTE_MS), 'unknown')
  })
})

describe('rules about how things stand', () => {
  const severityOf = (verdict: Verdict): string => (typeof verdict === 'string' ? verdict : verdict.severity)

  it('stale: nothing read in time, or lists that were tried and not read', () => {
    const settings = RULE_DEFAULTS.stale
    const source = { source_id: 1, base_url: 'https://canvas.test', user_ids: ['42'] }
    const say = (age_ms: number | null, stale_lists = 0): string | number =>
      shortOf(
        stale(
          {
            ...source,
            newest_complete_at: age_ms === null ? null : NOW - age_ms,
            stale_lists,
            oldest_complete_at: NOW - 3 * DAY_MS,
          },
          settings,
          DAY_MS,
          NOW,
        ),
      )
    assert.equal(say(DAY_MS), 'good')
    assert.equal(say(DAY_MS + 1), 1)
    assert.equal(say(1, 3), 3)
    assert.equal(say(null, 3), 'unknown')
  })

  it('token_expiring: more urgent at 14, 7 and 1 days, and good when there is a newer one', () => {
    const say = (days: number): string =>
      severityOf(tokenExpiring(NOW + days * DAY_MS, RULE_DEFAULTS.token_expiring, NOW))
    assert.deepEqual([20, 14.01, 14, 8, 7, 2, 1, 0, -3].map(say), [
      'good',
      'good',
      'info',
      'info',
      'warning',
      'warning',
      'critical',
      'critical',
      'critical',
    ])
  })

  it("token_expiring: with days of one's own, and never above its severity", () => {
    const say = (left_days: number, given: Partial<typeof RULE_DEFAULTS.token_expiring>): string =>
      severityOf(tokenExpiring(NOW + left_days * DAY_MS, { ...RULE_DEFAULTS.token_expiring, ...given }, NOW))
    assert.deepEqual(
      [31, 30, 2].map((days) => say(days, { days: [30, 2] })),
      ['good', 'warning', 'critical'],
    )
    assert.deepEqual(
      [3, 2].map((days) => say(days, { days: [2] })),
      ['good', 'critical'],
    )
    assert.deepEqual(
      [14, 7, 1].map((days) => say(days, { severity: 'warning' })),
      ['info', 'warning', 'warning'],
    )
  })

  it('disk: little of both share and bytes, and more than that before it is good again', () => {
    const say = (free_percent: number, total_bytes: number): string =>
      severityOf(
        disk({ free_bytes: (total_bytes * free_percent) / 100, total_bytes }, RULE_DEFAULTS.disk, NOW),
      )
    const TB = 1e12
    assert.deepEqual(
      [50, 9, 3].map((percent) => say(percent, TB)),
      ['good', 'good', 'good'],
    )
    assert.deepEqual(
      [13, 11, 9, 4].map((percent) => say(percent, TB / 10)),
      ['good', 'unknown', 'warning', 'critical'],
    )
    assert.equal(say(1, 0), 'unknown')
  })

  it('cleanup_overdue and notification_failing: after their time', () => {
    const cleanup = (done_at: number | null): string =>
      severityOf(cleanupOverdue(done_at, RULE_DEFAULTS.cleanup_overdue, NOW))
    assert.deepEqual([null, NOW - DAY_MS, NOW - 1.5 * DAY_MS].map(cleanup), ['unknown', 'good', 'warning'])
    const channel = (failing_since: number | null): string => {
      const state = { failing_since, failures: 3, waiting: 1, last_ok_at: null, last_error: 'timeout' }
      return severityOf(notificationFailing(state, RULE_DEFAULTS.notification_failing, NOW))
    }
    assert.deepEqual([null, NOW - MINUTE_MS, NOW - 5 * MINUTE_MS].map(channel), [
      'good',
      'unknown',
      'critical',
    ])
  })

  it('are set by type and by term, the more special over the more general', () => {
    const config = {
      rules: { sync_failed: { in_a_row: 3 }, volume: { enabled: false } },
      by_type: { grades: { sync_failed: { in_a_row: 1 } } },
      outside_terms: { sync_failed: { in_a_row: 9 } },
    }
    const inARow = (type: string | null, in_term: boolean): number =>
      ruleSettings(config, type, in_term).sync_failed.in_a_row
    assert.deepEqual([inARow(null, true), inARow('grades', true), inARow('grades', false)], [3, 1, 9])
    assert.equal(inARow('constructor', true), 3)
    assert.equal(ruleSettings(config, null, true).volume.enabled, false)
    assert.deepEqual(ruleSettings(NO_RULE_CHANGES, null, true), RULE_DEFAULTS)
  })
})
