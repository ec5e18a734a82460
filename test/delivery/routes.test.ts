import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Incident, IncidentSubject } from '../../src/core/incident.ts'
import type { NotificationRoute, RouteMatch } from '../../src/delivery/delivery-config.ts'
import { channelsFor, toldFrom } from '../../src/delivery/routes.ts'
import { incidentOf } from './support/fake-incidents.ts'

const NOW = Date.UTC(2026, 10, 22, 22, 30)
const SUBJECT: IncidentSubject = {
  host: 'canvas.example.edu',
  source_id: 3,
  sync_type: 'grades',
  user_id: '42',
  schedule: 'nightly',
  channel: null,
  error_type: null,
}
const INCIDENT: Incident = incidentOf(1, NOW, { subject: SUBJECT, facts: { owner: 'registrar' } })
const OF_MANY: Incident = incidentOf(2, NOW, { subject: { ...SUBJECT, user_id: null, sync_type: null } })

const route = (match: RouteMatch, given: Partial<NotificationRoute> = {}): NotificationRoute => ({
  match,
  channels: ['ops'],
  repeat_ms: 0,
  stop: false,
  ...given,
})
const isTold = (match: RouteMatch, incident: Incident = INCIDENT): boolean =>
  channelsFor(incident, [route(match)]).length > 0

describe('a route', () => {
  const table: readonly [RouteMatch, boolean][] = [
    [{}, true],
    [{ severities: ['critical'] }, true],
    [{ severities: ['warning', 'info'] }, false],
    [{ rules: ['sync_failed'] }, true],
    [{ rules: ['missed'] }, false],
    [{ sync_types: ['courses', 'grades'] }, true],
    [{ sync_types: ['courses'] }, false],
    [{ user_ids: ['42'] }, true],
    [{ user_ids: ['4', '2', '420'] }, false],
    [{ source_ids: [3] }, true],
    [{ source_ids: [4] }, false],
    [{ hosts: ['canvas.example.edu'] }, true],
    [{ hosts: ['example.edu'] }, false],
    [{ schedules: ['nightly'] }, true],
    [{ schedules: ['hourly'] }, false],
    [{ owners: ['registrar'] }, true],
    [{ owners: ['dean'] }, false],
    [{ user_ids: ['42'], sync_types: ['grades'], source_ids: [3] }, true],
    [{ user_ids: ['42'], sync_types: ['courses'], source_ids: [3] }, false],
    [{ user_ids: [] }, false],
  ]
  for (const [match, told] of table) {
    it(`by ${JSON.stringify(match)} ${told ? 'tells' : 'does not tell'}`, () => {
      assert.equal(isTold(match), told)
    })
  }

  it('by a user or a type does not tell what is about many', () => {
    assert.ok(!isTold({ user_ids: ['42'] }, OF_MANY))
    assert.ok(!isTold({ sync_types: ['grades'] }, OF_MANY))
    assert.ok(isTold({ source_ids: [3] }, OF_MANY))
    assert.ok(!isTold({ owners: ['registrar'] }, OF_MANY))
  })
})

describe('several routes', () => {
  const told = (...routes: readonly NotificationRoute[]): [string, number][] =>
    channelsFor(INCIDENT, routes).map(({ channel, route: { repeat_ms } }) => [channel, repeat_ms])

  it('tell each channel once, as the first of them says', () => {
    const first = route({ user_ids: ['42'] }, { channels: ['a', 'b'], repeat_ms: 1 })
    const second = route({}, { channels: ['b', 'c'], repeat_ms: 2 })
    assert.deepEqual(told(first, second), [
      ['a', 1],
      ['b', 1],
      ['c', 2],
    ])
  })

  it('end at one that matches and stops, and not at one that does not', () => {
    const rest = route({}, { channels: ['rest'] })
    assert.deepEqual(told(route({}, { channels: ['a'], stop: true }), rest), [['a', 0]])
    assert.deepEqual(told(route({ user_ids: ['7'] }, { stop: true }), rest), [['rest', 0]])
    assert.deepEqual(told(), [])
  })
})

it('in quiet hours only what is critical is told at once', () => {
  const quiet_hours = [{ from: '22:00', until: '06:00' }]
  const calendar = { quiet_hours, terms: [], time_zone: 'UTC' }
  assert.equal(toldFrom(NOW, 'critical', calendar), NOW)
  for (const severity of ['warning', 'info'] as const) {
    assert.equal(toldFrom(NOW, severity, calendar), Date.UTC(2026, 10, 23, 6))
    assert.equal(toldFrom(NOW, severity, { ...calendar, quiet_hours: [] }), NOW)
  }
})
