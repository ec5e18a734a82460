import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anyCourse, ask, linkOf, list, rowsOf, withSimulator } from '../support/simulator-client.ts'

test('per_page is 10 by default and clamped between 1 and 100 without an error', () =>
  withSimulator({ size: { courses: 2, students: 150, courses_per_student: 2 } }, async (simulator) => {
    const path = `/api/v1/courses/${anyCourse(simulator).course_id}/enrollments`
    assert.equal(rowsOf(await ask(simulator, path)).length, 10)
    const clamped = await ask(simulator, `${path}?per_page=1000`)
    assert.equal(rowsOf(clamped).length, 100)
    assert.match(linkOf(clamped, 'next') ?? '', /per_page=100$/)
    assert.equal(rowsOf(await ask(simulator, `${path}?per_page=0`)).length, 1)
    assert.equal(rowsOf(await ask(simulator, `${path}?per_page=many`)).length, 1)
  }))

test('an older installation has at most 50 on a page', () =>
  withSimulator({ max_per_page: 50, size: { courses: 1, students: 80 } }, async (simulator) => {
    const path = `/api/v1/courses/${anyCourse(simulator).course_id}/enrollments?per_page=100`
    assert.equal(rowsOf(await ask(simulator, path)).length, 50)
  }))

test('links of a numbered list come in the order current, next, prev, first, last, joined by a bare comma', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const answer = await ask(simulator, `/api/v1/courses/${course_id}/assignments?page=2&per_page=3`)
    const link = answer.headers['link'] ?? ''
    assert.deepEqual(
      [...link.matchAll(/rel="(\w+)"/g)].map((match) => match[1]),
      ['current', 'next', 'prev', 'first', 'last'],
    )
    assert.doesNotMatch(link, /,\s/)
    assert.ok(linkOf(answer, 'next')?.startsWith(`${simulator.base_url}/api/v1/courses/${course_id}/`))
    assert.match(linkOf(answer, 'last') ?? '', /page=3&per_page=3$/)
  }))

test('the courses of an account have no last page in their links', () =>
  withSimulator({}, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/accounts/1/courses?per_page=5')
    assert.ok(linkOf(answer, 'next') !== undefined)
    assert.equal(linkOf(answer, 'last'), undefined)
  }))

test('a page past the end is an empty 200', () =>
  withSimulator({}, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/accounts/1/courses?page=99')
    assert.deepEqual([answer.status, answer.json], [200, []])
    assert.equal(linkOf(answer, 'next'), undefined)
  }))

test('links keep every parameter of the question', () =>
  withSimulator({}, async (simulator) => {
    const query = 'state[]=all&include[]=term&include[]=teachers&per_page=2'
    const next = linkOf(await ask(simulator, `/api/v1/accounts/1/courses?${query}`), 'next')
    const params = new URL(next ?? '').searchParams
    assert.deepEqual(params.getAll('include[]'), ['term', 'teachers'])
    assert.deepEqual(params.getAll('state[]'), ['all'])
    assert.deepEqual(params.getAll('page'), ['2'])
  }))

test('enrollments are paged by bookmarks that hold the name of a person, without prev or last', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const answer = await ask(simulator, `/api/v1/courses/${course_id}/enrollments?per_page=3`)
    assert.match(linkOf(answer, 'current') ?? '', /page=first&per_page=3$/)
    assert.equal(linkOf(answer, 'last'), undefined)
    const next = linkOf(answer, 'next') ?? ''
    const bookmark = /page=bookmark:([\w-]+)&/.exec(next)?.[1] ?? ''
    const key = JSON.parse(Buffer.from(bookmark, 'base64url').toString()) as unknown[]
    const last = rowsOf(answer)[2]
    assert.equal(key[0], 'StudentEnrollment')
    assert.equal(key[1], (last?.['user'] as { sortable_name: string } | undefined)?.sortable_name)
    assert.equal(linkOf(await ask(simulator, next), 'prev'), undefined)
  }))

test('a bookmark that cannot be read is the first page again, with 200', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const base = `/api/v1/courses/${course_id}/enrollments?per_page=3`
    const first_page = (await ask(simulator, base)).json
    for (const page of ['bookmark:@@@', 'bookmark:WzFd', 'bookmark%3Agarbage', 'rubbish']) {
      const answer = await ask(simulator, `${base}&page=${page}`)
      assert.equal(answer.status, 200, page)
      assert.deepEqual(answer.json, first_page, page)
      assert.match(linkOf(answer, 'current') ?? '', /page=first/, page)
    }
  }))

test('a last page that is exactly full has no next', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const path = `/api/v1/courses/${course_id}/enrollments`
    const { rows } = await list(simulator, `${path}?per_page=100`)
    for (const list_path of [`${path}?per_page=${rows.length}`, '/api/v1/accounts/1/courses?per_page=12']) {
      const answer = await ask(simulator, list_path)
      assert.ok(answer.headers['link'] !== undefined)
      assert.equal(linkOf(answer, 'next'), undefined)
    }
  }))

test('page=2 on a bookmarked list is 404, page=1 is the first page', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    for (const path of ['enrollments?', 'students/submissions?student_ids[]=all&']) {
      const answer = await ask(simulator, `/api/v1/courses/${course_id}/${path}page=2`)
      assert.equal(answer.status, 404)
      assert.deepEqual(answer.json, {
        errors: [{ message: 'An error occurred.', error_code: 'not_found' }],
      })
      assert.equal((await ask(simulator, `/api/v1/courses/${course_id}/${path}page=1`)).status, 200)
    }
  }))

test('a very long query loses even its next link: a full page and no Link at all', () =>
  withSimulator({ size: { courses: 1, students: 120 } }, async (simulator) => {
    const { course_id, assignment_ids } = anyCourse(simulator)
    const base = `/api/v1/courses/${course_id}/students/submissions?student_ids[]=all&per_page=10`
    const short = await ask(simulator, base)
    assert.ok(linkOf(short, 'next') !== undefined)
    const long = await ask(simulator, base + `&assignment_ids[]=${assignment_ids[0]}`.repeat(220))
    assert.equal(rowsOf(long).length, 10)
    assert.equal(long.headers['link'], undefined)
  }))

test('a long query loses the links of least weight first', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, assignment_ids } = anyCourse(simulator)
    const repeated = `&assignment_ids[]=${assignment_ids[0]}`.repeat(45)
    const path = `/api/v1/courses/${course_id}/assignments?per_page=1${repeated}&assignment_ids[]=${assignment_ids[1]}`
    const answer = await ask(simulator, path)
    assert.ok(linkOf(answer, 'next') !== undefined)
    assert.ok(linkOf(answer, 'last') !== undefined)
    assert.equal(linkOf(answer, 'first'), undefined)
    assert.ok((answer.headers['link'] ?? '').length <= 6 * 1024)
  }))

test('submissions are filtered after paging: short and even empty pages have a next one', () =>
  withSimulator({ size: { courses: 1, students: 60, sections_per_course: 3 } }, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const { pages } = await list(
      simulator,
      `/api/v1/courses/${course_id}/students/submissions?student_ids[]=all&per_page=7`,
    )
    const before_last = pages.slice(0, -1)
    assert.ok(before_last.some((page) => page.length === 0))
    assert.ok(before_last.some((page) => page.length > 0 && page.length < 7))
  }))

test('a newer Canvas filters for students only', () =>
  withSimulator(
    { size: { courses: 1, students: 60 }, dialect: { filters_after_paging: 'students' } },
    async (simulator) => {
      const { course_id } = anyCourse(simulator)
      const { pages } = await list(
        simulator,
        `/api/v1/courses/${course_id}/students/submissions?student_ids[]=all&per_page=10`,
      )
      assert.ok(pages.slice(0, -1).every((page) => page.length === 10))
    },
  ))

test('grading periods carry their links in meta, and no Link header', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const path = `/api/v1/courses/${course_id}/grading_periods?per_page=1`
    const answer = await ask(simulator, path)
    const body = answer.json as { grading_periods: unknown[]; meta: { pagination: { next: string } } }
    assert.equal(answer.headers['link'], undefined)
    assert.equal(body.grading_periods.length, 1)
    assert.match(body.meta.pagination.next, /page=2&per_page=1$/)
    const second = (await ask(simulator, body.meta.pagination.next)).json as typeof body
    assert.equal(second.meta.pagination.next, undefined)
  }))

test('the host of the links may be another one, and the header may be written small', () =>
  withSimulator(
    { dialect: { next_host: 'canvas.example.edu', link_header_name: 'link' } },
    async (simulator) => {
      const answer = await ask(simulator, '/api/v1/accounts/1/courses?per_page=2')
      assert.ok(linkOf(answer, 'next')?.startsWith('http://canvas.example.edu/api/v1/'))
      assert.ok(answer.header_names.includes('link'))
    },
  ))

test('include[0]=term breaks Canvas with an error report', () =>
  withSimulator({}, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/accounts/1/courses?include[0]=term')
    assert.equal(answer.status, 500)
    const body = answer.json as { errors: { error_code: string }[]; error_report_id: number }
    assert.equal(body.errors[0]?.error_code, 'internal_server_error')
    assert.equal(typeof body.error_report_id, 'number')
  }))
