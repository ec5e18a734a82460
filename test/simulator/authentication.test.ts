import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anyCourse, ask, first, list, START_MS, withSimulator } from '../support/simulator-client.ts'

const BEARER = 'Bearer realm="canvas-lms"'

test('a request without credentials is 401 and blames the token', () =>
  withSimulator({}, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/courses', { token: null })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers['www-authenticate'], BEARER)
    assert.deepEqual(answer.json, {
      status: 'unauthenticated',
      errors: [{ message: 'user authorization required' }],
    })
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
  }))

test('an unknown token is "Invalid access token."', () =>
  withSimulator({}, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/courses', { token: 'nobody' })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers['www-authenticate'], BEARER)
    assert.deepEqual(answer.json, { errors: [{ message: 'Invalid access token.' }] })
  }))

test('an OAuth token past its hour is "Invalid access token.", before it is good', () =>
  withSimulator({}, async (simulator, clock) => {
    const token = simulator.tokens.issue('admin', { expires_at: START_MS + 3_600_000 })
    assert.equal((await ask(simulator, '/api/v1/users/self', { token })).status, 200)
    clock.now_ms += 3_600_000
    const answer = await ask(simulator, '/api/v1/users/self', { token })
    assert.equal(answer.status, 401)
    assert.deepEqual(answer.json, { errors: [{ message: 'Invalid access token.' }] })
  }))

test('a personal token past its permanent expiry tells when it expired', () =>
  withSimulator({}, async (simulator) => {
    const token = simulator.tokens.issue('teacher', { permanent_expires_at: START_MS - 60_000 })
    const answer = await ask(simulator, '/api/v1/users/self', { token })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers['www-authenticate'], BEARER)
    assert.deepEqual(answer.json, {
      errors: [{ message: 'Expired access token.', expired_at: '2026-11-22T10:14:00Z' }],
    })
  }))

test('a revoked token is "Revoked access token." and works again when restored', () =>
  withSimulator({}, async (simulator) => {
    const token = simulator.tokens.issue('admin', { revoked: true })
    const answer = await ask(simulator, '/api/v1/users/self', { token })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers['www-authenticate'], BEARER)
    assert.deepEqual(answer.json, { errors: [{ message: 'Revoked access token.' }] })
    simulator.tokens.restore(token)
    assert.equal((await ask(simulator, '/api/v1/users/self', { token })).status, 200)
  }))

test('a missing scope is 401 but does not blame the token', () =>
  withSimulator({}, async (simulator) => {
    const token = simulator.tokens.issue('admin', { scopes: ['url:GET|/api/v1/courses'] })
    assert.equal((await ask(simulator, '/api/v1/courses', { token })).status, 200)
    const answer = await ask(simulator, '/api/v1/accounts/1/courses', { token })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers['www-authenticate'], undefined)
    assert.deepEqual(answer.json, { errors: [{ message: 'Insufficient scopes on access token.' }] })
  }))

test('a user who is not permitted gets 403 without WWW-Authenticate on hosted Canvas', () =>
  withSimulator({}, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/accounts/1/courses', { token: simulator.tokens.teacher })
    assert.equal(answer.status, 403)
    assert.equal(answer.headers['www-authenticate'], undefined)
    assert.deepEqual(answer.json, {
      status: 'unauthorized',
      errors: [{ message: 'user not authorized to perform that action' }],
    })
  }))

test('an older installation says 401 in translated words, still without WWW-Authenticate', () =>
  withSimulator({ permission_status: 401 }, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/accounts/1/courses', { token: simulator.tokens.teacher })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers['www-authenticate'], undefined)
    assert.equal((answer.json as { status: string }).status, 'unauthorized')
    assert.doesNotMatch(answer.text, /not authorized/)
  }))

test('an unverified user is 401 with its own status word', () =>
  withSimulator({}, async (simulator) => {
    const token = simulator.tokens.issue('student', { unverified: true })
    const answer = await ask(simulator, '/api/v1/users/self', { token })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers['www-authenticate'], undefined)
    assert.equal((answer.json as { status: string }).status, 'unverified')
  }))

test('the word Bearer must be exact, with one space', () =>
  withSimulator({}, async (simulator) => {
    for (const authorization of [
      `bearer ${simulator.tokens.admin}`,
      `Bearer  ${simulator.tokens.admin}`,
      `Token ${simulator.tokens.admin}`,
    ]) {
      const answer = await ask(simulator, '/api/v1/users/self', { token: null, headers: { authorization } })
      assert.equal(answer.status, 401, authorization)
    }
  }))

test('a token in the query works, and the links of the answer no longer carry it', () =>
  withSimulator({}, async (simulator) => {
    const path = `/api/v1/accounts/1/courses?per_page=2&access_token=${simulator.tokens.admin}`
    const answer = await ask(simulator, path, { token: null })
    assert.equal(answer.status, 200)
    assert.match(answer.headers['link'] ?? '', /page=2/)
    assert.doesNotMatch(answer.headers['link'] ?? '', /access_token/)
  }))

test('a key without allow_includes loses every include but uuid, without a word', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const path = `/api/v1/courses/${course_id}?include[]=term&include[]=total_students`
    const full = (await ask(simulator, path)).json as object
    assert.ok('term' in full && 'total_students' in full)
    const token = simulator.tokens.issue('admin', { allow_includes: false })
    const answer = await ask(simulator, path, { token })
    assert.equal(answer.status, 200)
    assert.ok(!('term' in (answer.json as object)) && !('total_students' in (answer.json as object)))
    const users = await ask(simulator, `/api/v1/courses/${course_id}/users?include[]=uuid&include[]=email`, {
      token,
    })
    const [user] = users.json as object[]
    assert.ok(user !== undefined && 'uuid' in user && !('email' in user))
  }))

test('a scoped key drops includes unless it is allowed them', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const scopes = ['url:GET|/api/v1/courses/:course_id']
    const plain = simulator.tokens.issue('admin', { scopes })
    const allowed = simulator.tokens.issue('admin', { scopes, allow_includes: true })
    const path = `/api/v1/courses/${course_id}?include[]=term`
    assert.ok(!('term' in ((await ask(simulator, path, { token: plain })).json as object)))
    assert.ok('term' in ((await ask(simulator, path, { token: allowed })).json as object))
  }))

test('an admin may act as another user; a wrong as_user_id is 401 with errors as a string', () =>
  withSimulator({}, async (simulator) => {
    const student_id = first(anyCourse(simulator).student_ids)
    const answer = await ask(simulator, `/api/v1/users/self?as_user_id=${student_id}`)
    assert.equal((answer.json as { id: string }).id, student_id)
    for (const [token, id] of [
      [simulator.tokens.admin, '999999999'],
      [simulator.tokens.teacher, student_id],
    ] as const) {
      const refused = await ask(simulator, `/api/v1/users/self?as_user_id=${id}`, { token })
      assert.equal(refused.status, 401)
      assert.deepEqual(refused.json, { errors: 'Invalid as_user_id' })
      assert.equal(refused.headers['www-authenticate'], undefined)
    }
  }))

test('an admin who teaches nothing lists no courses of their own, and all of the account', () =>
  withSimulator({}, async (simulator) => {
    const own = await ask(simulator, '/api/v1/courses')
    assert.deepEqual([own.status, own.json], [200, []])
    assert.equal((await list(simulator, '/api/v1/accounts/1/courses')).rows.length, 12)
  }))

test('a student who asks for all submissions quietly gets only their own', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, student_ids } = anyCourse(simulator)
    const user_id = first(student_ids)
    const token = simulator.tokens.issue('student', { user_id })
    const path = `/api/v1/courses/${course_id}/students/submissions`
    const { rows } = await list(simulator, `${path}?student_ids[]=all&per_page=100`, { token })
    assert.ok(rows.length > 0)
    assert.deepEqual([...new Set(rows.map((row) => row['user_id']))], [user_id])
    const other = await ask(simulator, `${path}?student_ids[]=${student_ids[1]}`, { token })
    assert.equal(other.status, 403)
  }))

test('a teacher sees the students of their own courses and is refused elsewhere', () =>
  withSimulator({}, async (simulator) => {
    const own = await list(simulator, '/api/v1/courses', { token: simulator.tokens.teacher })
    const own_ids = own.rows.map((row) => row['id'])
    assert.ok(own_ids.length > 0)
    for (const course of simulator.university.truth.courses()) {
      const path = `/api/v1/courses/${String(course['id'])}/students/submissions?student_ids[]=all`
      const answer = await ask(simulator, path, { token: simulator.tokens.teacher })
      assert.equal(answer.status, own_ids.includes(course['id']) ? 200 : 403, String(course['id']))
    }
  }))

test('accounts are an empty list for a teacher, not an error', () =>
  withSimulator({}, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/accounts', { token: simulator.tokens.teacher })
    assert.deepEqual([answer.status, answer.json], [200, []])
  }))
