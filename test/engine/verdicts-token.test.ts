import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenIsCause } from '../../src/engine/sync-engine.ts'
import {
  assertCourseFailed,
  assertNothingPersonal,
  assertUnharmed,
  assertVerdict,
} from './support/assert-verdict.ts'
import { engineWorld } from './support/engine-world.ts'

test('#1 a token past its 120 days fails the sync with token_expired instead of "sync complete"', async (t) => {
  const world = await engineWorld(t)
  const { simulator } = world
  const good = await world.sync()
  assertVerdict(good, {
    status: 'completed',
    error_type: null,
    message: null,
    outcomes: { completed: 6 },
  })
  const before = world.everything()
  simulator.tokens.expire(simulator.tokens.admin)

  const run = await world.sync()
  assertVerdict(run, {
    status: 'failed',
    error_type: 'token_expired',
    message: 'The access token has expired.',
    outcomes: {},
  })
  assert.ok(tokenIsCause(run.record), 'the command exits with 4')
  assert.deepEqual(run.lines('operations', 'connection_tested'), [])
  const [call] = run.lines('api_calls')
  assert.deepEqual(
    [call?.['endpoint'], call?.['status'], call?.['error_type'], call?.['will_retry']],
    ['/api/v1/users/self', 401, 'token_expired', false],
  )
  assert.equal(run.record.api_metrics.calls_made, 1, 'a dead token is asked once')
  const [line] = run.lines('errors', 'sync_failed')
  assert.match(String(line?.['next_step']), /Create a new access token/)
  assert.ok(String(line?.['request_id']).length > 30)
  assertUnharmed(world, before)
  assertNothingPersonal(world)

  simulator.tokens.restore(simulator.tokens.admin)
  assert.equal((await world.sync()).record.sync_status, 'completed')
})

test('#15 a token revoked in mid-run ends the sync as partial, keeps what was read, and the next token goes on from there', async (t) => {
  const world = await engineWorld(t)
  const { simulator } = world
  simulator.faults.add({
    when: { course_id: world.course_ids[3] ?? '', path: '/api/v1/courses/*/assignments' },
    fault: { kind: 'revoke_token' },
  })

  const run = await world.sync()
  assertVerdict(run, {
    status: 'partial',
    error_type: 'token_revoked',
    message:
      'The access token was revoked. The sync stopped with 3 of 6 courses done; the next one goes on from there.',
    outcomes: { completed: 3, failed: 1 },
  })
  assert.ok(tokenIsCause(run.record), 'the command exits with 4 although the sync is partial')
  assertCourseFailed(run, world.course_ids[3] ?? '', {
    error_type: 'token_revoked',
    message: 'The access token was revoked.',
  })
  assert.equal(run.lines('errors', 'sync_problem').length, 1)
  assert.equal(run.lines('operations', 'checkpoint_saved').length, 3)
  const before = world.everything()
  assert.ok([...before.keys()].some((key) => key.startsWith('submissions ')))

  simulator.faults.clear()
  const resumed = await world.sync({ token: simulator.tokens.issue('admin') })
  assertVerdict(resumed, {
    status: 'completed',
    error_type: null,
    message: null,
    outcomes: { skipped: 3, completed: 3 },
  })
  assert.equal(resumed.lines('operations', 'checkpoint_resumed')[0]?.['count'], 3)
  assert.equal(world.query('select * from canvas_sync_sources').length, 1, 'the owner is the same')
  assertUnharmed(world, before)
  assertNothingPersonal(world)
})

test('#15 a token that dies before any course is read makes the sync failed, not partial', async (t) => {
  const world = await engineWorld(t)
  world.simulator.faults.add({
    when: { path: '/api/v1/courses/*/sections' },
    fault: { kind: 'expire_token', how: 'oauth' },
  })
  const run = await world.sync({ courseConcurrency: 10 })
  assert.equal(run.record.sync_status, 'failed')
  assert.equal(run.record.error_type, 'token_invalid')
  assert.match(run.record.error_message ?? '', /^Canvas does not accept the access token\. .* 0 of 6 courses/)
  assert.ok(tokenIsCause(run.record))
})

test('#16 a scoped key whose includes Canvas drops silently makes the sync partial and names what is missing', async (t) => {
  const world = await engineWorld(t)
  const { tokens } = world.simulator
  const scopes = [
    'users/self',
    'accounts/:account_id/courses',
    'courses/:course_id',
    'courses/:course_id/sections',
    'courses/:course_id/enrollments',
    'courses/:course_id/assignment_groups',
    'courses/:course_id/assignments',
    'courses/:course_id/students/submissions',
  ].map((path) => `url:GET|/api/v1/${path}`)
  const expected = {
    status: 'partial',
    error_type: 'scope_missing',
    message: 'Canvas left term out of all courses although it was asked for.',
  } as const

  const run = await world.sync({ token: tokens.issue('admin', { scopes }) })
  assertVerdict(run, { ...expected, outcomes: { completed: 6 } })
  const [problem] = run.lines('errors', 'sync_problem')
  assert.match(String(problem?.['next_step']), /"Allow Include Parameters", to the developer key/)
  const [terms] = run.lines('operations', 'terms_limited')
  assert.equal(terms?.['error_type'], 'scope_missing', 'terms are no reason to stop')
  assert.equal(world.rows('courses').size, 6)
  assertNothingPersonal(world)

  const one = await world.sync({
    token: tokens.issue('admin', { scopes }),
    account: null,
    courses: [world.course_ids[0] ?? ''],
  })
  assertVerdict(one, { ...expected, outcomes: { completed: 1 } })

  const narrow = await world.sync({
    token: tokens.issue('admin', { scopes: scopes.slice(0, -1), allow_includes: true }),
  })
  assert.deepEqual([narrow.record.sync_status, narrow.record.error_type], ['failed', 'scope_missing'])
  assert.ok(tokenIsCause(narrow.record))
  const [line] = narrow.lines('errors', 'course_failed')
  assert.match(
    String(line?.['endpoint']),
    /\/students\/submissions$/,
    'the line names the call without scope',
  )
  assert.equal(line?.['message'], 'The developer key lacks a scope for this call.')
})
