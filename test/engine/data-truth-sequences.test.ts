import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../support/fast-check.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { CHANGE_KINDS, happen, type Change } from './support/changes.ts'
import { report } from './support/compare-with-truth.ts'
import { withUniversity, type SyncedUniversity } from './support/synced-university.ts'
import { TruthModel, type Run } from './support/truth-model.ts'

const directory = temporaryDirectory()
const runs = Number(process.env['TRUTH_RUNS'] ?? 10)
const seed = Number(process.env['TRUTH_SEED'] ?? 20_261_122)

const SIZE = {
  accounts: 2,
  terms: 2,
  courses: 4,
  students: 9,
  teachers: 2,
  courses_per_student: 2,
  assignments_per_course: 4,
} as const

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(...CHANGE_KINDS),
  a: fc.nat(50),
  b: fc.nat(50),
  c: fc.nat(50),
})
const run = fc.record({
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constant('all' as const) },
    fc.constantFrom('courses' as const, 'assignments' as const, 'grades' as const),
  ),
  full: fc.boolean(),
  accept: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  course: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.nat(10)),
})
const step = fc.record({
  changes: fc.array(change, { maxLength: 6 }),
  /** Mostly minutes, sometimes longer than the overlap, now and then longer than a day. */
  minutes: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) }, fc.constant(1500)),
  run,
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Faults that a retry heals, each on every fifth request, and ways in which Canvas writes the same. */
const weather = fc.record({
  fault: fc.constantFrom(
    null,
    'canvas_500',
    'edge_502',
    'html_200',
    'reset',
    'half_body',
    'throttled_429',
    'duplicate_rows',
  ),
  shuffled_key_order: fc.boolean(),
  link_header_name: fc.constantFrom('Link' as const, 'link' as const),
  max_per_page: fc.constantFrom(3, 5, 100),
})

async function runAndCheck(
  university: SyncedUniversity,
  model: TruthModel,
  wanted: Run,
  label: string,
): Promise<void> {
  const before = university.tables()
  const record = await university.sync({
    syncType: wanted.type,
    full: wanted.full,
    acceptDeletions: wanted.accept,
    ...(wanted.course_id === null ? {} : { account: null, courses: [wanted.course_id] }),
  })
  const outcomes = await university.outcomes(record)
  const problems = model.check({
    ...wanted,
    before,
    after: university.tables(),
    outcomes: new Map(outcomes.map((outcome) => [outcome.course_id, outcome])),
  })
  const message = `${label} (${record.sync_status} ${record.error_message ?? ''})`
  assert.deepEqual(problems, [], `${message}: ${report(problems)}`)
}

async function play(steps: readonly Step[], university: SyncedUniversity): Promise<void> {
  const { simulator, clock } = university
  const model = new TruthModel(simulator)
  const whole: Run = { type: 'all', full: true, accept: false, course_id: null }
  await runAndCheck(university, model, whole, 'the first run')
  for (const [index, { changes, minutes, run: wanted }] of steps.entries()) {
    for (const one of changes) {
      clock.advance(60_000)
      happen(simulator, one, (...note) => {
        model.noteUndated(...note)
      })
    }
    clock.advance(minutes * 60_000)
    const course_ids = [
      ...simulator.university.truth.courses({ states: ['claimed', 'available', 'completed', 'deleted'] }),
    ].map((row) => String(row['id']))
    const course_id = wanted.course === null ? null : (course_ids[wanted.course % course_ids.length] ?? null)
    await runAndCheck(university, model, { ...wanted, course_id }, `run ${index + 1}`)
  }
  for (const label of ['the last run but one', 'the last run']) {
    clock.advance(60_000)
    await runAndCheck(university, model, { ...whole, accept: true }, label)
  }
}

test('whatever happens in Canvas and however it is read, the tables are true after every run', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      weather,
      fc.nat(1000),
      async (steps, { fault, max_per_page, ...dialect }, university_seed) => {
        const faults = fault === null ? [] : [{ when: { every: 5 }, fault: { kind: fault } }]
        await withUniversity(
          directory,
          { seed: university_seed, size: SIZE, max_per_page, dialect, faults },
          (university) => play(steps, university),
        )
      },
    ),
    { numRuns: runs, seed, endOnFailure: process.env['TRUTH_SHRINK'] === undefined },
  )
})
