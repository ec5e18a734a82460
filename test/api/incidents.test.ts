import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditPage } from '../../src/api/access/audit.ts'
import type { Health } from '../../src/api/health/health.ts'
import type { IncidentOutcomeRecord } from '../../src/api/incidents/incident-decisions.ts'
import type { IncidentDetailsRecord, IncidentListRecord } from '../../src/api/incidents/incident-list.ts'
import type { IncidentRulesRecord } from '../../src/api/incidents/incident-rules.ts'
import { INCIDENT_RULES } from '../../src/core/incident.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedServer, type GuardedServer } from './support/guarded-server.ts'
import { givenIncident } from './support/incident-factory.ts'

const HOUR_MS = 3_600_000

interface Troubled extends GuardedServer {
  readonly admin: string
  ask<Body>(method: string, path: string, body?: object, token?: string): Promise<Body>
}

async function openTroubled(): Promise<Troubled> {
  const guarded = await openGuardedServer()
  await givenIncident(guarded.store, '42', 1)
  await givenIncident(guarded.store, '7', 2)
  const admin = await guarded.token(['admin'])
  const ask = async <Body>(method: string, path: string, body?: object, token = admin): Promise<Body> => {
    const response = await guarded.send(method, path, token, body)
    assert.equal(response.status, 200, `${path} ${await response.clone().text()}`)
    return (await response.json()) as Body
  }
  return { ...guarded, admin, ask }
}

test('incidents are acknowledged, muted, unmuted and resolved, with who and why in the history and the audit log', async () => {
  const { ask, admin } = await openTroubled()
  const post = (what: string, body: object = {}): Promise<IncidentOutcomeRecord> =>
    ask('POST', `/incidents/1/${what}`, body)
  const acknowledged = await post('acknowledge')
  const who = admin.split('_')[1]
  assert.partialDeepStrictEqual(acknowledged, {
    changed: true,
    incident: { id: 1, state: 'acknowledged', acknowledged_by: who },
  })
  assert.equal((await post('acknowledge')).changed, false)
  const until = new Date(Date.now() + 5 * HOUR_MS).toISOString()
  const muted = await post('mute', { until, reason: '  An upgrade.  ' })
  assert.partialDeepStrictEqual(muted, {
    changed: true,
    incident: { state: 'muted', muted_until: until, mute_reason: 'An upgrade.' },
  })
  assert.equal((await post('unmute')).incident.state, 'acknowledged')
  assert.partialDeepStrictEqual(await post('resolve', { reason: 'Mended.' }), {
    changed: true,
    incident: { state: 'resolved', resolved_by: who },
  })
  const { incident, history } = await ask<IncidentDetailsRecord>('GET', '/incidents/1')
  assert.equal(incident.state, 'resolved')
  assert.deepEqual(
    history.map(({ change, reason }) => [change, reason]),
    [
      ['opened', null],
      ['acknowledged', null],
      ['muted', 'An upgrade.'],
      ['unmuted', null],
      ['resolved', 'Mended.'],
    ],
  )
  const { entries } = await ask<AuditPage>('GET', '/audit')
  const audited = entries.filter(({ action }) => action.startsWith('incident_'))
  assert.deepEqual(
    audited.map(({ action, target, actor_id }) => [action, target, actor_id]),
    ['resolved', 'unmuted', 'muted', 'acknowledged'].map((what) => [`incident_${what}`, '1', who]),
  )
  assert.doesNotMatch(JSON.stringify(audited), /upgrade|Mended/, 'what people wrote is not in the audit log')
})

test('incidents are listed page by page, by state, rule and severity, in words', async () => {
  const { ask, send, admin } = await openTroubled()
  const first = await ask<IncidentListRecord>('GET', '/incidents?limit=1')
  assert.deepEqual([first.count, first.incidents[0]?.id, first.states.open], [1, 2, 2])
  assert.equal(first.incidents[0]?.words.title, 'Syncs from canvas.test fail')
  const next = await ask<IncidentListRecord>('GET', `/incidents?limit=1&cursor=${first.next_cursor}`)
  assert.deepEqual([next.incidents[0]?.id, next.next_cursor], [1, null])
  const count = async (query: string): Promise<number> =>
    (await ask<IncidentListRecord>('GET', `/incidents?${query}`)).count
  assert.deepEqual(
    [
      await count('state=open,muted'),
      await count('state=resolved'),
      await count('rule=disk'),
      await count('severity=critical'),
      await count('user_id=7'),
      await count('type=grades'),
    ],
    [2, 0, 0, 2, 1, 0],
  )
  const namedIn = async (response: Response): Promise<unknown> =>
    (await assertProblem(response, 400)).parameter
  for (const wrong of ['state=broken', 'rule=none', 'severity=bad', 'limit=0', 'cursor=x']) {
    assert.equal(await namedIn(await send('GET', `/incidents?${wrong}`, admin)), wrong.split('=')[0])
  }
  const far = { until: '400d', reason: 'x' }
  assert.equal(await namedIn(await send('POST', '/incidents/1/mute', admin, far)), 'until')
  assert.equal(await namedIn(await send('POST', '/incidents/1/resolve', admin, {})), 'reason')
})

test('who may see one user sees no incident of another, not even that there is one', async () => {
  const { ask, send, token } = await openTroubled()
  const own = await token(['read:user:42'])
  const list = await ask<IncidentListRecord>('GET', '/incidents', undefined, own)
  assert.deepEqual([list.count, list.states.open, list.incidents[0]?.subject.user_id], [1, 1, 42])
  await assertProblem(await send('GET', '/incidents/2', own), 404)
  await assertProblem(await send('GET', '/incidents?user_id=7', own), 403)
  await assertProblem(await send('GET', '/incidents/rules', own), 403)
  await assertProblem(await send('POST', '/incidents/1/acknowledge', own, {}), 403)
})

test('the rules tell how they are set and what they have open, and health how many are critical', async () => {
  const { ask } = await openTroubled()
  const { rules } = await ask<IncidentRulesRecord>('GET', '/incidents/rules')
  assert.deepEqual(
    rules.map(({ rule }) => rule),
    INCIDENT_RULES,
  )
  assert.partialDeepStrictEqual(rules[0], {
    rule: 'sync_failed',
    open: 2,
    settings: { in_a_row: 2, within_ms: 600_000, severity: 'critical' },
  })
  const health = await ask<Health>('GET', '/health')
  assert.deepEqual([health.status, health.critical_incidents], ['healthy', 2])
})
