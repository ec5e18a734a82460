import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Simulator } from '../../src/simulator/index.ts'
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
import { withUniversity, type SyncedUniversity } from './support/synced-university.ts'

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

function liveKeys(tables: Tables): Set<string> {
  const keys = new Set<string>()
  for (const entity of ['courses', ...COURSE_ENTITIES] as const) {
    for (const [id, row] of tables[entity]) if (isLive(row)) keys.add(`${entity} ${id}`)
  }
  return keys
}

const only = (problems: readonly string[], pattern: RegExp): string[] =>
  problems.filter((problem) => pattern.test(problem))

async function play(steps: readonly MovingRun[], university: SyncedUniversity): Promise<void> {
  const { simulator, clock } = university
  await university.sync()
  for (const { full, changes } of steps) {
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
    await university.sync({ full })
    stop()
    const live = liveKeys(university.tables())
    const lost = [...always].filter((key) => !live.has(key) && (full || before.has(key)))
    assert.deepEqual(lost, [], `Canvas showed these all the time: ${report(lost)}`)

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
  const problems = compareWithTruth(simulator, university.tables())
  assert.deepEqual(problems, [], report(problems))
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
