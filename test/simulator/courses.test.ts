import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anyCourse, ask, first, idOf, list, withSimulator, type Row } from '../support/simulator-client.ts'

test('terms come wrapped, and from the root account only', () =>
  withSimulator({}, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/accounts/1/terms')
    const { enrollment_terms } = answer.json as { enrollment_terms: Row[] }
    assert.deepEqual(enrollment_terms, [...simulator.university.truth.terms()])
    assert.equal((await ask(simulator, '/api/v1/accounts/2/terms')).status, 404)
  }))

test('a sub-account lists only its own courses, the root all of them', () =>
  withSimulator({}, async (simulator) => {
    const root = await list(simulator, '/api/v1/accounts/self/courses')
    const below = await list(simulator, '/api/v1/accounts/2/courses')
    assert.equal(root.rows.length, 12)
    assert.deepEqual(
      below.rows,
      root.rows.filter((row) => row['account_id'] === '74140000000000002'),
    )
  }))

test('deleted courses leave the account list, are found with state[]=all, and are 404 by id', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    simulator.university.deleteCourse({ course_id })
    const path = '/api/v1/accounts/1/courses?per_page=100'
    const ids = (rows: readonly Row[]): string[] => rows.map((row) => idOf(row))
    assert.ok(!ids((await list(simulator, path)).rows).includes(course_id))
    assert.ok(ids((await list(simulator, `${path}&state[]=all`)).rows).includes(course_id))
    assert.deepEqual(ids((await list(simulator, `${path}&state[]=deleted`)).rows), [course_id])
    assert.equal((await ask(simulator, `/api/v1/courses/${course_id}`)).status, 404)
    assert.equal((await ask(simulator, `/api/v1/courses/${course_id}/enrollments`)).status, 404)
  }))

test('updated_since is ignored without a word, since Canvas has no such thing', () =>
  withSimulator({}, async (simulator) => {
    const path = '/api/v1/accounts/1/courses?per_page=100&updated_since=2030-01-01T00:00:00Z'
    assert.equal((await list(simulator, path)).rows.length, 12)
    assert.ok(!('updated_at' in ((await list(simulator, path)).rows[0] ?? {})))
  }))

test('the account list ignores includes that belong to one caller', () =>
  withSimulator({}, async (simulator) => {
    const path = '/api/v1/accounts/1/courses?include[]=term&include[]=sections&include[]=total_scores'
    const [row] = (await list(simulator, path)).rows
    assert.ok(row !== undefined && 'term' in row)
    assert.ok(!('sections' in row) && !('enrollments' in row))
  }))

test('filters of the account list: term, search, published, completed', () =>
  withSimulator({}, async (simulator) => {
    const path = '/api/v1/accounts/1/courses?per_page=100'
    const count = async (query: string): Promise<number> =>
      (await list(simulator, `${path}&${query}`)).rows.length
    assert.equal(await count('published=false'), 1)
    assert.equal(await count('completed=true'), 1)
    const all = (await list(simulator, path)).rows
    const term_id = String(all[0]?.['enrollment_term_id'])
    const in_term = all.filter((row) => row['enrollment_term_id'] === term_id).length
    assert.ok(in_term < 12)
    assert.equal(await count(`enrollment_term_id=${term_id}`), in_term)
    assert.equal(await count(`search_term=${encodeURIComponent(String(all[3]?.['course_code']))}`), 1)
    assert.equal((await ask(simulator, `${path}&search_term=ab`)).status, 400)
  }))

test('a course outside its dates shows its members an id and nothing else', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, student_ids } = anyCourse(simulator)
    const token = simulator.tokens.issue('student', { user_id: first(student_ids) })
    simulator.university.restrictCourseByDate({ course_id })
    const { rows } = await list(simulator, '/api/v1/courses?per_page=100', { token })
    assert.deepEqual(
      rows.find((row) => row['id'] === course_id),
      { id: course_id, access_restricted_by_date: true },
    )
    assert.equal((await ask(simulator, `/api/v1/courses/${course_id}/assignments`, { token })).status, 403)
    const admin = await ask(simulator, `/api/v1/courses/${course_id}`)
    assert.ok('name' in (admin.json as Row))
    simulator.university.restrictCourseByDate({ course_id, everyone: true })
    const all = await list(simulator, '/api/v1/accounts/1/courses?per_page=100')
    assert.deepEqual(all.rows[0], { id: course_id, access_restricted_by_date: true })
    simulator.university.unrestrictCourse({ course_id })
    assert.ok('name' in ((await ask(simulator, `/api/v1/courses/${course_id}`, { token })).json as Row))
  }))

test('a nickname replaces the name for one user only, and moves the course in their list', () =>
  withSimulator({}, async (simulator) => {
    const { truth } = simulator.university
    const token = simulator.tokens.teacher
    const before = (await list(simulator, '/api/v1/courses', { token })).rows
    const last = before.at(-1)
    const user_id = idOf((await ask(simulator, '/api/v1/users/self', { token })).json as Row)
    simulator.university.nicknameCourse({ course_id: idOf(last), user_id, nickname: 'AAA' })
    const after = (await list(simulator, '/api/v1/courses', { token })).rows
    assert.equal(idOf(after[0]), idOf(last))
    assert.equal(after[0]?.['name'], 'AAA')
    assert.equal(after[0]?.['original_name'], last?.['name'])
    const true_row = [...truth.courses()].find((row) => row['id'] === idOf(last))
    assert.equal(true_row?.['name'], last?.['name'])
  }))

test('a rename between two pages makes a numbered course list skip one and repeat another', () =>
  withSimulator({ size: { teachers: 1 } }, async (simulator) => {
    const token = simulator.tokens.teacher
    const path = '/api/v1/courses?per_page=4&state[]=available'
    const all = (await list(simulator, path, { token })).rows.map((row) => idOf(row))
    const first_page = ((await ask(simulator, path, { token })).json as Row[]).map((row) => idOf(row))
    simulator.university.renameCourse({ course_id: all.at(-1) ?? '', name: 'AAA' })
    const rest = (await list(simulator, `${path}&page=2`, { token })).rows.map((row) => idOf(row))
    const seen = [...first_page, ...rest]
    assert.ok(new Set(seen).size < all.length)
    assert.equal(seen.length, all.length)
  }))

test('the default list of courses drops completed and deleted ones; states bring them back', () =>
  withSimulator({ size: { teachers: 1 } }, async (simulator) => {
    const token = simulator.tokens.teacher
    const states = async (query: string): Promise<Set<unknown>> =>
      new Set(
        (await list(simulator, `/api/v1/courses?per_page=50${query}`, { token })).rows.map(
          (row) => row['workflow_state'],
        ),
      )
    assert.deepEqual(await states(''), new Set(['available', 'unpublished']))
    assert.deepEqual(await states('&state[]=completed'), new Set(['completed']))
    assert.deepEqual(await states('&enrollment_state=completed'), new Set(['completed']))
    simulator.university.deleteCourse({ course_id: anyCourse(simulator).course_id })
    assert.deepEqual(await states('&state[]=deleted'), new Set(['deleted']))
  }))

test('students do not see an unpublished course', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, student_ids } = anyCourse(simulator)
    const token = simulator.tokens.issue('student', { user_id: first(student_ids) })
    simulator.university.unpublishCourse({ course_id })
    const { rows } = await list(simulator, '/api/v1/courses', { token })
    assert.ok(!rows.some((row) => row['id'] === course_id))
    assert.equal((await ask(simulator, `/api/v1/courses/${course_id}`, { token })).status, 403)
  }))

test('own enrollments inside a course have no id and carry total scores only when asked', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, student_ids } = anyCourse(simulator)
    const token = simulator.tokens.issue('student', { user_id: first(student_ids) })
    const rowOf = async (query: string): Promise<Row> => {
      const { json } = await ask(simulator, `/api/v1/courses/${course_id}?${query}`, { token })
      return ((json as Row)['enrollments'] as Row[])[0] ?? {}
    }
    assert.ok(!('id' in (await rowOf(''))) && !('computed_current_score' in (await rowOf(''))))
    assert.equal(typeof (await rowOf('include[]=total_scores'))['computed_final_score'], 'number')
    simulator.university.hideFinalGrades({ course_id, hidden: true })
    assert.ok(!('computed_final_score' in (await rowOf('include[]=total_scores'))))
  }))

test('an admin may list the courses of a user, a student only their own', () =>
  withSimulator({}, async (simulator) => {
    const [one, other] = anyCourse(simulator).student_ids
    const token = simulator.tokens.issue('student', { user_id: one ?? '' })
    const own = await list(simulator, '/api/v1/courses', { token })
    const asked = await list(simulator, `/api/v1/users/${one}/courses`)
    assert.deepEqual(
      own.rows.map((row) => row['id']),
      asked.rows.map((row) => row['id']),
    )
    assert.equal((await ask(simulator, `/api/v1/users/${other}/courses`, { token })).status, 403)
    assert.equal((await ask(simulator, '/api/v1/users/999999/courses')).status, 404)
  }))

test('the syllabus has a verifier that differs with each request, unless that is switched off', async () => {
  for (const volatile_fields of [true, false]) {
    await withSimulator({ dialect: { volatile_fields } }, async (simulator) => {
      const path = `/api/v1/courses/${anyCourse(simulator).course_id}?include[]=syllabus_body`
      const bodies = [await ask(simulator, path), await ask(simulator, path)].map(
        (answer) => (answer.json as Row)['syllabus_body'],
      )
      assert.match(String(bodies[0]), /verifier=\w{10,}/)
      assert.equal(bodies[0] === bodies[1], !volatile_fields)
    })
  }
})
