import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bySeverity,
  incidentFiltersOf,
  isNarrowed,
  queryOf,
} from '../../../../dashboard/src/incidents/incident-filters.ts'
import {
  byText,
  changeText,
  countedText,
  syncsAddress,
  usersText,
  wordsIn,
} from '../../../../dashboard/src/incidents/incident-text.ts'
import type { IncidentRecord } from '../../../../src/core/incident-record.ts'
import { INCIDENT_CHANGES } from '../../../../src/core/incident.ts'

const incident = (given: Partial<IncidentRecord> = {}): IncidentRecord => ({
  id: 3,
  rule: 'sync_failed',
  severity: 'critical',
  state: 'open',
  subject: {
    host: null,
    source_id: null,
    sync_type: 'grades',
    user_id: 7,
    schedule: null,
    channel: null,
    error_type: 'timeout',
  },
  words: { title: '', whose: '', cause: null, next_step: '' },
  facts: {},
  began_at: '2026-07-01T10:00:00.000Z',
  opened_at: '2026-07-01T10:02:00.000Z',
  last_seen_at: '2026-07-01T11:00:00.000Z',
  last_good_at: null,
  count: 2,
  user_count: 1,
  last_sync_id: 9,
  parent_id: null,
  acknowledged_at: null,
  acknowledged_by: null,
  muted_until: null,
  mute_reason: null,
  resolved_at: null,
  resolved_by: null,
  ...given,
})

test('an address asks for what is open, unless it says otherwise; what is no filter counts for nothing', () => {
  const of = (query: string): ReturnType<typeof queryOf> =>
    queryOf(incidentFiltersOf(new URLSearchParams(query)))
  const usual = { state: 'open,acknowledged', severity: undefined, rule: undefined, user_id: undefined }
  assert.deepEqual(of(''), usual)
  assert.deepEqual(of('state=odd&severity=odd&rule=odd'), usual)
  assert.deepEqual(of('state=quiet&severity=warning&rule=missed&user_id=a%2Fb'), {
    state: 'muted,suppressed',
    severity: 'warning',
    rule: 'missed',
    user_id: 'a/b',
  })
  assert.equal(of('state=all').state, undefined)
  assert.equal(isNarrowed(incidentFiltersOf(new URLSearchParams('state=resolved'))), false)
  assert.equal(isNarrowed(incidentFiltersOf(new URLSearchParams('rule=disk'))), true)
})

test('the gravest stand first, of these what nobody looks after, and what is over last', () => {
  const of = (severity: IncidentRecord['severity'], state: IncidentRecord['state']): IncidentRecord =>
    incident({ severity, state })
  const groups = bySeverity([
    of('critical', 'resolved'),
    of('warning', 'suppressed'),
    of('warning', 'acknowledged'),
    of('critical', 'open'),
    of('warning', 'open'),
  ])
  assert.deepEqual(
    groups.map(({ name, incidents }) => [name, incidents.map(({ state }) => state)]),
    [
      ['Critical', ['open']],
      ['Warning', ['open', 'acknowledged', 'suppressed']],
      ['Resolved', ['resolved']],
    ],
  )
  assert.deepEqual(bySeverity([]), [])
})

test('its sentences have their times in the zone of who reads them', () => {
  const missed = incident({
    rule: 'missed',
    subject: { ...incident().subject, schedule: 'nightly' },
    facts: { due_at: Date.parse('2026-07-01T00:00:00Z') },
  })
  assert.equal(wordsIn(missed, 'UTC').cause, 'Nothing started for 1 Jul, 00:00.')
  assert.equal(wordsIn(missed, 'Asia/Tokyo').cause, 'Nothing started for 1 Jul, 09:00.')
  assert.equal(wordsIn(missed, 'UTC').path, '/incidents/3')
})

test('numbers say what they count, and nothing where they count nothing', () => {
  assert.equal(countedText({ rule: 'sync_failed', count: 1200 }), '1,200 syncs')
  assert.equal(countedText({ rule: 'missed', count: 1 }), '1 missed time')
  assert.equal(countedText({ rule: 'disk', count: 1 }), null)
  assert.equal(usersText({ user_count: 1 }), '1 user')
  assert.equal(usersText({ user_count: 0 }), null)
})

test('each change says what happened and who did it', () => {
  const by_monitor = { actor_kind: 'monitor', actor_id: null, reason: null, severity: 'warning' } as const
  const told = INCIDENT_CHANGES.map((change) => changeText({ ...by_monitor, change }))
  assert.deepEqual(told, [
    'Opened, warning',
    'Grew worse: warning now',
    'Acknowledged',
    'Muted',
    'Muting ended',
    'Explained by a larger incident',
    'Goes on without the larger incident',
    'Recovered',
    'Opened again, warning',
  ])
  assert.equal(changeText({ ...by_monitor, change: 'resolved', actor_kind: 'token' }), 'Resolved')
  assert.equal(byText(by_monitor), 'by the monitor')
  assert.equal(byText({ actor_kind: 'token', actor_id: 'csm_1' }), 'by the token csm_1')
  assert.equal(byText({ actor_kind: 'loopback', actor_id: null }), 'by somebody on the server itself')
})

test('it leads to its syncs where it is about some', () => {
  assert.equal(
    syncsAddress(incident()),
    '/syncs?type=grades&user_id=7&error_type=timeout&since=2026-07-01T10%3A00%3A00.000Z',
  )
  assert.equal(syncsAddress(incident({ rule: 'missed' })), null)
})
