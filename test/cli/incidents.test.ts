import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { givenIncident } from '../api/support/incident-factory.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { assertExplained } from './support/assert-explained.ts'
import { WorkPlace } from './support/work-place.ts'

async function placeWithIncident(): Promise<WorkPlace> {
  const place = new WorkPlace()
  await using store = await openStore(`sqlite:${place.path('data/canvas-sync.db')}`)
  const id = await store.syncs.startSync(syncStart('failing'))
  await store.syncs.finishSync(id, syncFinish({ status: 'failed' }))
  await givenIncident(store, '42', id)
  return place
}

suite('incidents', { concurrency: 2 }, () => {
  test('are listed and shown in words, and say by the exit code that one is critical', async () => {
    const place = await placeWithIncident()
    const list = await place.run(['incidents', 'list'])
    assert.deepEqual([list.code, list.stderr], [1, ''])
    assert.match(list.stdout, /1 {2}critical {2}open .* 2 {2}Syncs from canvas\.test fail {2}User 42\n$/)
    const show = await place.run(['incidents', 'show', '1'])
    assert.equal(show.code, 0)
    assert.match(show.stdout, /^1 {2}critical, open: Syncs from canvas\.test fail\n/)
    assert.match(show.stdout, /Next +Open the last of these syncs/)
    assert.match(show.stdout, /opened +monitor\n$/)
    const json = JSON.parse((await place.run(['incidents', 'show', '1', '--json'])).stdout) as object
    assert.partialDeepStrictEqual(json, {
      incident: { id: 1, state: 'open', subject: { user_id: 42 }, words: { whose: 'User 42' } },
      history: [{ change: 'opened' }],
    })
  })

  test('are acknowledged, muted, unmuted and resolved, once each', async () => {
    const place = await placeWithIncident()
    const said = async (...given: string[]): Promise<string> => {
      const { code, stdout, stderr } = await place.run(['incidents', ...given])
      assert.deepEqual([code, stderr], [0, ''])
      return stdout
    }
    assert.equal(await said('ack', '1'), 'Incident 1 is acknowledged.\n')
    assert.equal(await said('ack', '1'), 'Incident 1 is already acknowledged.\n')
    assert.match(
      await said('mute', '1', '--until', '7d', '--reason', 'An upgrade'),
      /^Incident 1 is muted until 2\d{3}-/,
    )
    assert.equal(await said('unmute', '1'), 'Incident 1 is acknowledged.\n')
    assert.equal(await said('resolve', '1', '--reason', 'Mended'), 'Incident 1 is resolved.\n')
    assert.match(await said('list', '--state', 'resolved'), /critical {2}resolved/)
    const history = await said('show', '1')
    assert.match(history, /muted +cli +An upgrade/)
    assert.match(history, /resolved +cli +Mended/)
    const audited = place.rows("select action from canvas_sync_audit where actor_kind = 'cli' order by id")
    assert.deepEqual(
      audited.map(({ action }) => action),
      ['incident_acknowledged', 'incident_muted', 'incident_unmuted', 'incident_resolved'],
    )
    const none = await place.run(['incidents', 'list'])
    assert.deepEqual([none.code, none.stdout], [0, ''])
    assert.match(none.stderr, /^All is well/)
  })

  test('are listed by state, rule, severity and type, on a line each in a pipe, and as JSON', async () => {
    const place = await placeWithIncident()
    const found = async (...given: string[]): Promise<number> => {
      const { code, stdout } = await place.run(['incidents', 'list', ...given, '--json'])
      const incidents = JSON.parse(stdout) as { severity: string }[]
      assert.equal(code, incidents.length === 0 ? 0 : 1)
      return incidents.length
    }
    assert.deepEqual(
      [
        await found('--state', 'open,muted', '--severity', 'critical', '--rule', 'sync_failed,disk'),
        await found('--type', 'all'),
        await found('--type', 'grades'),
        await found('--severity', 'info'),
        await found('--state', 'acknowledged'),
      ],
      [1, 1, 0, 0, 0],
    )
    const { stdout } = await place.run(['incidents', 'list'])
    assert.deepEqual(
      stdout.split('\n').map((line) => line.trim().split(/ {2,}/)[0]),
      ['id', '1', ''],
    )
    assert.doesNotMatch(stdout, /\p{Cc}(?<!\n)/u, 'no colours in a pipe')
    const acknowledged = await place.run(['incidents', 'ack', '1', '--json'])
    assert.partialDeepStrictEqual(JSON.parse(acknowledged.stdout), {
      changed: true,
      incident: { id: 1, state: 'acknowledged', acknowledged_by: 'cli' },
    })
    const quiet = await place.run(['incidents', 'list', '--state', 'resolved', '--quiet'])
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', ''])
  })

  test('have rules that tell how they are set and what they say of a user, and change nothing', async () => {
    const place = await placeWithIncident()
    const alerts = {
      rules: { sync_failed: { in_a_row: 1 }, volume: false },
      by_type: { grades: { sync_failed: { within: '90s' } } },
    }
    place.write('canvas-sync-monitor.config.json', JSON.stringify({ alerts }))
    const { stdout, stderr, code } = await place.run(['incidents', 'rules', '--user', '42'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^rule +severity +open +says now +settings\n/)
    assert.match(stdout, /^sync_failed +critical +1 +bad, 1 +in_a_row 1, .*within 10m$/m)
    assert.match(stdout, /^sync_lost +warning +0 +good/m)
    assert.match(stdout, /^volume +off/m)
    const json = await place.run(['incidents', 'rules', '--type', 'grades', '--json'])
    const rules = JSON.parse(json.stdout) as object[]
    assert.equal(rules.length, 18)
    assert.partialDeepStrictEqual(rules[0], {
      rule: 'sync_failed',
      open: 1,
      settings: { in_a_row: 1, within_ms: 90_000 },
    })
    assert.equal(place.rows('select id from canvas_sync_incidents').length, 1)
  })

  test('explain what is wrong', async () => {
    const place = await placeWithIncident()
    const missing = await place.run(['incidents', 'show', '9'])
    assertExplained(missing, { code: 1, sentence: /There is no incident 9\./ })
    for (const [given, sentence] of [
      [['show'], /incidents show needs the id of one incident/],
      [['ack', '0'], /incidents ack needs the id of one incident/],
      [['list', '--limit', '0'], /--limit must be/],
      [['list', '--severity', 'critical,bad'], /There is no severity "bad"/],
      [['mute', '1', '--until', '400d', '--reason', 'x'], /--until must be a duration/],
      [['mute', '1', '--until', '1d', '--reason', 'two\nlines'], /--reason must be 1 to 500/],
      [['list', '--state', 'broken'], /There is no state "broken"/],
      [['mute', '1', '--until', 'never', '--reason', 'x'], /--until must be a duration/],
      [['resolve', '1'], /--reason must be 1 to 500 characters/],
    ] as const) {
      assertExplained(await place.run(['incidents', ...given]), { code: 2, sentence })
    }
  })
})
