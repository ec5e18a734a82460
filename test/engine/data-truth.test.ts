import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FaultRule, SimulatorOptions } from '../../src/simulator/index.ts'
import { anyCourse, first, idOf } from '../support/simulator-client.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { compareWithTruth, report } from './support/compare-with-truth.ts'
import { isLive } from './support/read-tables.ts'
import { assertCompleted, assertTrue, withUniversity } from './support/synced-university.ts'

const directory = temporaryDirectory()
/** Six courses: the last is unpublished, the one before it concluded. Pages of 7 make every list long. */
const SIZE = {
  courses: 6,
  students: 30,
  courses_per_student: 3,
  assignments_per_course: 9,
  sections_per_course: 3,
}
const PAGED: SimulatorOptions = { size: SIZE, max_per_page: 7 }
/** All courses are open, so that everything must be true. */
const SMALL: SimulatorOptions = {
  size: { courses: 2, students: 8, courses_per_student: 2, assignments_per_course: 4 },
  max_per_page: 4,
}

/** Faults that a retry heals; no request meets two of them in a row. */
const STORM: readonly FaultRule[] = (
  [
    { kind: 'canvas_500' },
    { kind: 'edge_502' },
    { kind: 'edge_504' },
    { kind: 'html_503' },
    { kind: 'html_200' },
    { kind: 'half_body' },
    { kind: 'reset' },
    { kind: 'malformed_json' },
    { kind: 'empty_body' },
    { kind: 'throttled_403' },
    { kind: 'throttled_429' },
    { kind: 'one_byte_chunks' },
    { kind: 'duplicate_rows', count: 3 },
  ] as const
).map((fault, index) => ({ when: { nth: 3 + index * 3, every: 41 }, fault }))

const DIALECT = {
  link_header_name: 'link',
  next_host: 'vanity.example.edu:8443',
  shuffled_key_order: true,
  volatile_fields: true,
} as const

test('with every trap at once the tables hold Canvas row for row, and a second sync updates nothing', () =>
  withUniversity(
    directory,
    { ...PAGED, shard_id: 9_007, dialect: DIALECT, throttle: { hwm: 600 }, faults: STORM },
    async (university) => {
      const { simulator, clock } = university
      const { university: canvas } = simulator
      const { course_id, student_ids } = anyCourse(simulator)
      for (const user_id of student_ids.slice(0, 4)) canvas.crossEnroll({ course_id, user_id })
      assertCompleted(await university.sync())
      assertTrue(university)
      assert.ok(BigInt(course_id) > 2n ** 53n)
      const kinds = new Set(simulator.faults.fired.map(({ kind }) => kind))
      assert.equal(kinds.size, STORM.length, `these faults happened: ${[...kinds].join(', ')}`)

      clock.advance(3_600_000)
      for (const full of [true, false]) {
        const again = await university.sync({ full })
        assertCompleted(again)
        for (const counts of [again.courses, again.assignments, again.submissions]) {
          assert.deepEqual([counts.created, 'updated' in counts && counts.updated], [0, 0])
        }
        for (const { entities } of await university.outcomes(again)) {
          for (const [entity, { created, updated, deleted }] of Object.entries(entities)) {
            assert.deepEqual(
              { entity, created, updated, deleted },
              { entity, created: 0, updated: 0, deleted: 0 },
            )
          }
        }
        assertTrue(university)
      }
    },
  ))

describe('each trap alone leaves the tables true', () => {
  const traps: Readonly<Record<string, SimulatorOptions>> = {
    'ids beyond 2^53': { shard_id: 99_999 },
    'a link header in lower case': { dialect: { link_header_name: 'link' } },
    'next links on another host': { dialect: { next_host: 'vanity.example.edu' } },
    'pages that are short or empty because rows are filtered out of them': {
      dialect: { filters_after_paging: 'everyone' },
      max_per_page: 2,
    },
    'rows twice on a page': { faults: [{ when: {}, fault: { kind: 'duplicate_rows', count: 5 } }] },
    'keys in another order each time': { dialect: { shuffled_key_order: true } },
    'an installation with at most 50 rows a page': { max_per_page: 50 },
    'a throttle that refuses with 403': {
      throttle: { status: 403, hwm: 55, outflow_per_second: 1 },
      cost: 10,
    },
    'a throttle that refuses with 429': {
      throttle: { status: 429, hwm: 55, outflow_per_second: 1 },
      cost: 10,
    },
    'a body byte by byte': {
      faults: [{ when: { every: 3 }, fault: { kind: 'one_byte_chunks' } }],
    },
    ...Object.fromEntries(
      (
        [
          'canvas_500',
          'edge_502',
          'edge_504',
          'html_200',
          'html_503',
          'half_body',
          'reset',
          'malformed_json',
          'empty_body',
          'wrong_content_type',
          'throttled_403',
          'throttled_429',
        ] as const
      ).map((kind) => [
        `${kind} at every third request`,
        { faults: [{ when: { every: 3 }, fault: { kind } }] },
      ]),
    ),
  }
  for (const [name, options] of Object.entries(traps)) {
    test(name, () =>
      withUniversity(directory, { ...SMALL, ...options }, async (university) => {
        const record = await university.sync()
        assertCompleted(record)
        assertTrue(university)
        const { submissions, courses } = university.tables()
        assert.deepEqual(record.submissions, {
          processed: submissions.size,
          created: submissions.size,
          updated: 0,
        })
        assert.deepEqual(record.courses, { processed: courses.size, created: courses.size, updated: 0 })
        assert.ok(options.faults === undefined || university.simulator.faults.fired.length > 5)
        assert.ok(options.throttle === undefined || record.api_metrics.rate_limit_hits > 5)
      }),
    )
  }
})

test('an include that Canvas drops makes the sync partial and leaves the rest true', () =>
  withUniversity(
    directory,
    {
      ...PAGED,
      faults: [
        { when: { path: '/api/v1/accounts/1/courses' }, fault: { kind: 'drop_include', include: ['term'] } },
      ],
    },
    async (university) => {
      const record = await university.sync()
      assert.equal(record.sync_status, 'partial')
      assert.match(record.error_message ?? '', /term/)
      const problems = compareWithTruth(university.simulator, university.tables())
      assert.equal(problems.length, SIZE.courses)
      assert.ok(
        problems.every((problem) => problem.includes('data.term is missing')),
        report(problems),
      )
    },
  ))

test('pages so large that the load balancer gives up on them are read as smaller ones', () =>
  withUniversity(
    directory,
    { size: { ...SIZE, courses: 2, students: 120, courses_per_student: 2 }, row_work_ms: 1100 },
    async (university) => {
      assertCompleted(await university.sync())
      assertTrue(university)
      const sizes = new Set(university.simulator.requests.map(({ query }) => new Map(query).get('per_page')))
      assert.ok(sizes.has('100') && sizes.has('50'))
    },
  ))

test('no address that the engine asks for comes near the length at which Canvas drops its links', () =>
  withUniversity(directory, PAGED, async (university) => {
    assertCompleted(await university.sync())
    assertCompleted(await university.sync())
    const lengths = university.simulator.requests.map(({ path, query }) => query.join().length + path.length)
    assert.ok(Math.max(...lengths) < 1000)
  }))

test('deleted rows keep their last content and come back when Canvas shows them again', () =>
  withUniversity(directory, PAGED, async (university) => {
    const { simulator, clock } = university
    assertCompleted(await university.sync())
    const { course_id, student_ids } = anyCourse(simulator)
    const user_id = first(student_ids)
    const before = university.tables()
    simulator.university.dropStudent({ course_id, user_id })
    for (let times = 0; times < 2; times++) {
      clock.advance(60_000)
      assertCompleted(await university.sync({ full: true, acceptDeletions: true }))
    }
    assertTrue(university)
    const gone = university.tables()
    const ids = [...gone.submissions.keys()].filter((id) => !isLive(gone.submissions.get(id)))
    assert.ok(ids.length > 0)
    for (const id of ids)
      assert.equal(gone.submissions.get(id)?.['data'], before.submissions.get(id)?.['data'])
    simulator.university.readdStudent({ course_id, user_id })
    clock.advance(60_000)
    assertCompleted(await university.sync({ full: true }))
    assertTrue(university)
    assert.equal(idOf({ ...university.tables().submissions.get(first(ids)) }), first(ids))
  }))
