import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from '../support/fast-check.ts'
import type { Simulator, University } from '../../src/simulator/index.ts'
import { anyCourse, first } from '../support/simulator-client.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { happen, type Change } from './support/changes.ts'
import {
  COURSE_ENTITIES,
  compareWithTruth,
  report,
  trueCourses,
  trueRowsOfCourse,
} from './support/compare-with-truth.ts'
import { isLive, type Tables } from './support/read-tables.ts'
import {
  assertCompleted,
  assertTrue,
  withUniversity,
  type SyncedUniversity,
} from './support/synced-university.ts'

const directory = temporaryDirectory()
const runs = Number(process.env['TRUTH_RUNS'] ?? 8)
const seed = Number(process.env['TRUTH_SEED'] ?? 20_261_122)
const SIZE = {
  accounts: 1,
  terms: 1,
  courses: 3,
  students: 9,
  courses_per_student: 2,
  assignments_per_course: 4,
}

const SMALL = { courses: 2, students: 8, courses_per_student: 2, assignments_per_course: 4 }

/** What Canvas dates or shows in its lists; no course is closed by it. */
const KINDS = [
  'renameUser', 'renameCourse', 'addStudent', 'dropStudent', 'readdStudent', 'crossEnroll', 'changeRole',
  'addSection', 'addAssignment', 'renameAssignment', 'setDueDate', 'reorderAssignments', 'deleteAssignment',
  'publishAssignment', 'unpublishAssignment', 'submit', 'grade', 'excuse',
] as const // prettier-ignore

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(...KINDS),
  a: fc.nat(50),
  b: fc.nat(50),
  c: fc.nat(50),
})
const movingRun = fc.record({
  full: fc.boolean(),
  /** Each happens before Canvas looks at the request of this number. */
  changes: fc.array(fc.tuple(fc.integer({ min: 1, max: 45 }), change), { minLength: 1, maxLength: 8 }),
})
type MovingRun = typeof movingRun extends fc.Arbitrary<infer T> ? T : never

/** `entity id` of all that Canvas shows. */
function shownKeys(simulator: Simulator): Set<string> {
  const keys = new Set<string>()
  for (const course_id of trueCourses(simulator).keys()) {
    keys.add(`courses ${course_id}`)
    for (const entity of COURSE_ENTITIES) {
      for (const id of trueRowsOfCourse(simulator, entity, course_id).keys()) keys.add(`${entity} ${id}`)
    }
  }
  return keys
}

/** `entity id` of all live rows, or of those alone that were seen since a time. */
function liveKeys(tables: Tables, since_ms = 0): Set<string> {
  const keys = new Set<string>()
  const since = new Date(since_ms).toISOString()
  for (const entity of ['courses', ...COURSE_ENTITIES] as const) {
    for (const [id, row] of tables[entity]) {
      if (isLive(row) && String(row['last_seen_at']) >= since) keys.add(`${entity} ${id}`)
    }
  }
  return keys
}

const only = (problems: readonly string[], pattern: RegExp): string[] =>
  problems.filter((problem) => pattern.test(problem))

async function play(steps: readonly MovingRun[], university: SyncedUniversity): Promise<void> {
  const { simulator, clock } = university
  for (const [index, { full, changes }] of steps.entries()) {
    const is_whole = full || index === 0
    clock.advance(1_200_000)
    let always = shownKeys(simulator)
    const rules = changes.map(([nth, one]) => ({
      when: { nth },
      fault: {
        kind: 'mutate' as const,
        mutate: () => {
          happen(simulator, one, () => undefined)
          always = always.intersection(shownKeys(simulator))
        },
      },
    }))
    const stop = simulator.faults.add(...rules)
    const before = liveKeys(university.tables())
    const started = clock.now()
    await university.sync({ full })
    stop()
    const live = is_whole ? liveKeys(university.tables(), started) : liveKeys(university.tables())
    const lost = [...always].filter((key) => !live.has(key) && (is_whole || before.has(key)))
    assert.deepEqual(lost, [], `Canvas showed these all the time, but they were not seen: ${report(lost)}`)

    clock.advance(60_000)
    await university.sync()
    const problems = compareWithTruth(simulator, university.tables())
    const wrong = only(problems, /is in Canvas, but|: /)
    assert.deepEqual(wrong, [], `after a quiet incremental sync ${report(wrong)}`)
  }
  for (let times = 0; times < 2; times++) {
    clock.advance(60_000)
    await university.sync({ full: true, acceptDeletions: true })
  }
  assertTrue(university)
}

test('what changes while it is read is neither lost nor deleted, and true after the next sync', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(movingRun, { minLength: 1, maxLength: 4 }),
      fc.nat(1000),
      fc.constantFrom(3, 5),
      async (steps, university_seed, max_per_page) => {
        await withUniversity(directory, { seed: university_seed, size: SIZE, max_per_page }, (university) =>
          play(steps, university),
        )
      },
    ),
    { numRuns: runs, seed, endOnFailure: process.env['TRUTH_SHRINK'] === undefined },
  )
})

describe('a list that changes while it is read hides no row and deletes none', () => {
  type Parts = ReturnType<typeof anyCourse>
  const changes: Readonly<
    Record<string, { path: string; mutate: (canvas: University, parts: Parts) => void }>
  > = {
    'a user is renamed to the front': {
      path: 'enrollments',
      mutate: (canvas, { student_ids }) =>
        canvas.renameUser({ user_id: first(student_ids.slice(-1)), name: 'A A' }),
    },
    'a user is renamed to the end': {
      path: 'enrollments',
      mutate: (canvas, { student_ids }) => canvas.renameUser({ user_id: first(student_ids), name: 'Z Zz' }),
    },
    'a student is dropped': {
      path: 'enrollments',
      mutate: (canvas, { course_id, student_ids }) =>
        canvas.dropStudent({ course_id, user_id: first(student_ids) }),
    },
    'the assignments are put in another order': {
      path: 'assignments',
      mutate: (canvas, { course_id, assignment_ids }) =>
        canvas.reorderAssignments({ course_id, assignment_ids: assignment_ids.toReversed() }),
    },
    'an assignment of a page already read is deleted': {
      path: 'assignments',
      mutate: (canvas, { course_id, assignment_ids }) =>
        canvas.deleteAssignment({ course_id, assignment_id: first(assignment_ids) }),
    },
    'an assignment is added': {
      path: 'assignments',
      mutate: (canvas, { course_id }) => {
        canvas.addAssignment({ course_id, name: 'New' })
      },
    },
    'a course is deleted': {
      path: '/accounts/1/courses',
      mutate: (canvas, { course_id }) => canvas.deleteCourse({ course_id }),
    },
  }
  for (const [name, { path, mutate }] of Object.entries(changes)) {
    test(name, () =>
      withUniversity(
        directory,
        { size: SMALL, max_per_page: path.startsWith('/') ? 1 : 2 },
        async (university) => {
          const { simulator, clock } = university
          assertCompleted(await university.sync())
          const parts = anyCourse(simulator)
          const whole = path.startsWith('/') ? {} : { course_id: parts.course_id }
          for (const nth of [2, 3]) {
            clock.advance(60_000)
            const started = clock.now()
            const shown = shownKeys(simulator)
            const before = liveKeys(university.tables())
            simulator.faults.add({
              when: { path: new RegExp(`${path}$`), nth, ...whole },
              fault: { kind: 'mutate', mutate: (canvas) => mutate(canvas, parts) },
            })
            const record = await university.sync({ full: true })
            // A course that is deleted behind its list's back cannot be read.
            if (path.startsWith('/')) continue
            assertCompleted(record)
            assert.ok(simulator.faults.fired.length > 0)
            const after = university.tables()
            const seen = liveKeys(after, started)
            const always = [...shown.intersection(shownKeys(simulator))]
            const hidden = always.filter((key) => !seen.has(key))
            assert.deepEqual(hidden, [], `hidden by the change: ${report(hidden)}`)
            const live = liveKeys(after)
            if (nth === 2)
              assert.deepEqual(
                [...before].filter((key) => !live.has(key)),
                [],
                'deleted at the first miss',
              )
          }
          for (let times = 0; times < 2; times++) {
            clock.advance(60_000)
            assertCompleted(await university.sync({ full: true, acceptDeletions: true }))
          }
          assertTrue(university)
        },
      ),
    )
  }
})
