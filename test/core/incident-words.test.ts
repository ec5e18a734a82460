import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ERROR_TYPE_FACTS } from '../../src/core/error-types.ts'
import {
  INCIDENT_RULES,
  type Incident,
  type IncidentRule,
  type IncidentSubject,
} from '../../src/core/incident.ts'
import { incidentWords } from '../../src/core/incident-words.ts'

const NOBODY: IncidentSubject = {
  host: null,
  source_id: null,
  sync_type: null,
  user_id: null,
  schedule: null,
  channel: null,
  error_type: null,
}
const NOON = Date.UTC(2026, 10, 22, 12)
const timeText = (at: number): string => new Date(at).toISOString().slice(0, 16)

function incident(
  rule: IncidentRule,
  facts: Incident['facts'],
  subject: Partial<IncidentSubject> = {},
): Incident {
  return {
    id: 12,
    rule,
    key: rule,
    severity: 'warning',
    subject: { ...NOBODY, ...subject },
    facts,
    began_at: NOON,
    opened_at: NOON,
    last_seen_at: NOON,
    last_good_at: NOON - 3_600_000,
    count: 2,
    user_count: 3,
    last_sync_id: 7,
    state: 'open',
    parent_id: null,
    acknowledged_at: null,
    acknowledged_by: null,
    muted_until: null,
    mute_reason: null,
    resolved_at: null,
    resolved_by: null,
  }
}

const GRADES = { host: 'canvas.test', sync_type: 'grades', user_id: '42', error_type: 'timeout' }

/** What broke, whose data it is, and why. */
const TABLE: Readonly<
  Record<IncidentRule, readonly [Incident['facts'], Partial<IncidentSubject>, string, string, string | null]>
> = {
  sync_failed: [
    { in_a_row: 2 },
    GRADES,
    'Syncs of grades from canvas.test fail',
    'User 42',
    'Canvas answers too slowly.',
  ],
  sync_partial: [
    {},
    { error_type: 'forbidden' },
    'Syncs read only a part',
    '3 users',
    "The token's owner may not read what the sync asks for.",
  ],
  sync_lost: [
    { machine: 'worker-1' },
    { error_type: 'lost' },
    'Syncs were lost on worker-1',
    '3 users',
    'The process that ran them is gone: restarted, or killed for want of memory.',
  ],
  sync_timed_out: [
    {},
    GRADES,
    'Syncs of grades from canvas.test run longer than their limit',
    'User 42',
    'They hang, or there is more to read than fits into the limit.',
  ],
  unexpected_empty: [
    {},
    { host: 'canvas.test' },
    'Syncs from canvas.test came back empty',
    '3 users',
    'Nothing was read where there was something before.',
  ],
  volume: [
    { processed: 12, usual: 400, usual_low: 380, usual_high: 1420, side: 'low' },
    GRADES,
    'Syncs of grades read fewer records than usual',
    'User 42',
    'It read 12 records; usual are 380 to 1,420.',
  ],
  duration: [
    { side: 'slow', duration_ms: 245_000, usual_ms: 60_000 },
    GRADES,
    'Syncs of grades are slower than usual',
    'User 42',
    'It took 4 min 05 s; usual is 1 min 00 s.',
  ],
  missed: [
    { due_at: NOON, in_a_row: 2 },
    { schedule: 'nightly' },
    'nightly did not start',
    '3 users',
    'Nothing started for 2026-11-22T12:00, for the 2nd time in a row.',
  ],
  late: [
    { due_at: NOON, late_ms: 600_000 },
    { schedule: 'nightly' },
    'nightly starts late',
    '3 users',
    'What was due at 2026-11-22T12:00 started 10 min 00 s late.',
  ],
  stale: [
    { stale_lists: 1, target_ms: 86_400_000, all_lists: false },
    { host: 'canvas.test' },
    'Data from canvas.test is older than its target',
    '3 users',
    '1 list could not be read completely in time. The target is 24 hours.',
  ],
  token_invalid: [
    {},
    { user_id: '42', error_type: 'token_expired' },
    'Canvas refuses the token of user 42',
    'User 42',
    'The access token has expired.',
  ],
  token_expiring: [
    { expires_at: NOON, days_left: 7, expired: false },
    { user_id: '42' },
    'The token of user 42 expires in 7 days',
    'User 42',
    'Its end is 2026-11-22T12:00.',
  ],
  throttled: [
    { wait_percent: 62, rate_limit_hits: 3 },
    { host: 'canvas.test' },
    'Canvas throttles syncs from canvas.test',
    '3 users',
    '62 % of the time is waiting. Canvas refused 3 calls for it.',
  ],
  canvas_unreachable: [
    {},
    { host: 'canvas.test', error_type: 'network' },
    'Canvas at canvas.test cannot be reached',
    '3 users',
    'There is no connection to Canvas.',
  ],
  log_loss: [
    { machine: 'worker-1', records_lost: 1 },
    {},
    'Log lines are lost on worker-1',
    '3 users',
    '1 line or counts could not be written.',
  ],
  disk: [
    { machine: 'db-1', holds: 'logs', free_bytes: 812_000_000, free_percent: 1.2 },
    {},
    'The disk of the logs on db-1 is almost full',
    'Everybody',
    '812 MB are free, 1.2 %.',
  ],
  cleanup_overdue: [
    { job: 'prune', done_at: NOON },
    {},
    'The clean-up of the database has not run',
    'Everybody',
    'It last ran to its end on 2026-11-22T12:00.',
  ],
  notification_failing: [
    { waiting: 4, last_error: 'http_500' },
    { channel: 'slack' },
    'Messages to slack do not arrive',
    'Everybody',
    '4 messages wait. The last error is http_500.',
  ],
}

describe('the words of an incident', () => {
  for (const rule of INCIDENT_RULES) {
    it(`say what broke, whose data it is, and why: ${rule}`, () => {
      const [facts, subject, title, whose, cause] = TABLE[rule]
      const words = incidentWords(incident(rule, facts, subject), timeText)
      assert.deepEqual([words.title, words.whose, words.cause], [title, whose, cause])
      assert.deepEqual(
        [words.since, words.last_good, words.path],
        ['2026-11-22T12:00', '2026-11-22T11:00', '/incidents/12'],
      )
      assert.match(words.next_step, /^[A-Z].*\.$/)
    })

    it(`are sentences also where next to nothing is known: ${rule}`, () => {
      const { title, cause, next_step } = incidentWords(incident(rule, {}), timeText)
      for (const said of [title, cause ?? '', next_step]) assert.doesNotMatch(said, /null|undefined|NaN| {2}/)
      assert.match(title, /^\S.*[^.]$/)
      // Ten seconds: some 35 words.
      const words = [title, cause ?? '', next_step].join(' ').split(' ').length
      assert.ok(words <= 60, `${words} words`)
    })
  }

  it('have a next step for every type of error', () => {
    for (const error_type of Object.keys(ERROR_TYPE_FACTS)) {
      const words = incidentWords(incident('sync_failed', {}, { error_type }), timeText)
      assert.equal(words.next_step, ERROR_TYPE_FACTS[error_type as keyof typeof ERROR_TYPE_FACTS].next_step)
    }
  })
})
