import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Simulator } from '../../src/simulator/index.ts'
import {
  anyCourse,
  ask,
  first,
  idOf,
  linkOf,
  list,
  withSimulator,
  type Row,
} from '../support/simulator-client.ts'

function base(simulator: Simulator): string {
  return `/api/v1/courses/${anyCourse(simulator).course_id}`
}

async function assignments(simulator: Simulator, query = '', token?: string): Promise<Row[]> {
  const path = `${base(simulator)}/assignments?per_page=100&${query}`
  return (await list(simulator, path, token === undefined ? {} : { token })).rows
}

test('a deleted assignment leaves every list and is 404 by id', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, assignment_ids } = anyCourse(simulator)
    const assignment_id = first(assignment_ids)
    const path = `${base(simulator)}/assignments/${assignment_id}`
    assert.equal((await ask(simulator, path)).status, 200)
    simulator.university.deleteAssignment({ course_id, assignment_id })
    const answer = await ask(simulator, path)
    assert.equal(answer.status, 404)
    assert.deepEqual(answer.json, { errors: [{ message: 'The specified resource does not exist.' }] })
    assert.ok(!(await assignments(simulator)).some((row) => idOf(row) === assignment_id))
    const groups = await list(simulator, `${base(simulator)}/assignment_groups?include[]=assignments`)
    const inside = groups.rows.flatMap((group) => group['assignments'] as Row[])
    assert.ok(inside.length > 0 && !inside.some((row) => idOf(row) === assignment_id))
    const submissions = await list(
      simulator,
      `${base(simulator)}/students/submissions?student_ids[]=all&per_page=100`,
    )
    assert.ok(!submissions.rows.some((row) => row['assignment_id'] === assignment_id))
    assert.equal((await ask(simulator, `${path}/submissions`)).status, 404)
  }))

test('teachers see unpublished assignments, students do not', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, assignment_ids, student_ids } = anyCourse(simulator)
    const assignment_id = first(assignment_ids)
    const token = simulator.tokens.issue('student', { user_id: first(student_ids) })
    simulator.university.unpublishAssignment({ course_id, assignment_id })
    const by_teacher = (await assignments(simulator)).find((row) => idOf(row) === assignment_id)
    assert.deepEqual([by_teacher?.['published'], by_teacher?.['workflow_state']], [false, 'unpublished'])
    assert.ok(!(await assignments(simulator, '', token)).some((row) => idOf(row) === assignment_id))
  }))

test('due_at is the effective date of the caller unless override_assignment_dates is false', () =>
  withSimulator({}, async (simulator) => {
    const dueOf = async (query: string, token?: string): Promise<unknown> =>
      (await assignments(simulator, query, token))[1]?.['due_at']
    const everyone = await dueOf('override_assignment_dates=false')
    assert.notEqual(await dueOf(''), everyone)
    const { truth } = simulator.university
    const { course_id } = anyCourse(simulator)
    const sections = [...truth.sections(course_id)].map((row) => idOf(row))
    const dates = await Promise.all(
      sections.map(async (section_id) => {
        const user_id = simulator.university.addStudent({ course_id, section_id })
        return dueOf('', simulator.tokens.issue('student', { user_id }))
      }),
    )
    assert.equal(dates[0], everyone)
    assert.equal(dates[1], await dueOf(''))
    const [, in_truth] = truth.assignments(course_id, { override_assignment_dates: false })
    assert.equal(in_truth?.['due_at'], everyone)
  }))

test('work for one section is shown to its students only', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const own = (await assignments(simulator)).find((row) => row['only_visible_to_overrides'] === true)
    const seen = await Promise.all(
      [...simulator.university.truth.sections(course_id)].map(async (section) => {
        const user_id = simulator.university.addStudent({ course_id, section_id: idOf(section) })
        const rows = await assignments(simulator, '', simulator.tokens.issue('student', { user_id }))
        return rows.some((row) => idOf(row) === idOf(own))
      }),
    )
    assert.deepEqual(seen, [false, true])
  }))

test('a reorder between two pages skips one assignment and repeats another', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const path = `${base(simulator)}/assignments?per_page=3`
    const all = (await list(simulator, path)).rows.map((row) => idOf(row))
    const first_page = await ask(simulator, path)
    simulator.university.reorderAssignments({ course_id, assignment_ids: [all.at(-1) ?? ''] })
    const { rows } = await list(simulator, linkOf(first_page, 'next') ?? '')
    const rest = new Set(rows.map((row) => idOf(row)))
    assert.ok(!rest.has(all.at(-1) ?? ''))
    assert.ok(rest.has(all[2] ?? ''))
  }))

test('the list can be narrowed by ids, words and buckets, and sorted by name', () =>
  withSimulator({}, async (simulator) => {
    const all = await assignments(simulator)
    const chosen = all.slice(0, 2).map((row) => idOf(row))
    const by_id = await assignments(simulator, chosen.map((id) => `assignment_ids[]=${id}`).join('&'))
    assert.deepEqual(by_id.map((row) => idOf(row)), chosen) // prettier-ignore
    const past = await assignments(simulator, 'bucket=past')
    const future = await assignments(simulator, 'bucket=future')
    assert.ok(past.length > 0 && future.length > 0)
    assert.equal(past.length + future.length, all.length)
    assert.ok((await assignments(simulator, 'bucket=undated')).every((row) => row['due_at'] === null))
    const names = (await assignments(simulator, 'order_by=name')).map((row) => String(row['name']))
    assert.deepEqual(
      names,
      names.toSorted((left, right) => (left < right ? -1 : 1)),
    )
  }))

test('the description holds a verifier that differs with each request', () =>
  withSimulator({}, async (simulator) => {
    const path = `${base(simulator)}/assignments/${first(anyCourse(simulator).assignment_ids)}`
    const texts = [await ask(simulator, path), await ask(simulator, path)].map((answer) =>
      String((answer.json as Row)['description']),
    )
    assert.notEqual(texts[0], texts[1])
    const strip = (text: string | undefined): string | undefined => text?.replaceAll(/verifier=\w+/g, '')
    assert.equal(strip(texts[0]), strip(texts[1]))
  }))

test('needs_grading_count is for graders, follows the submissions, and can be left out', () =>
  withSimulator({}, async (simulator, clock) => {
    const { course_id, assignment_ids, student_ids } = anyCourse(simulator)
    const one = { course_id, assignment_id: first(assignment_ids), user_id: first(student_ids) }
    const count = async (query = ''): Promise<unknown> =>
      ((await ask(simulator, `${base(simulator)}/assignments/${one.assignment_id}?${query}`)).json as Row)[
        'needs_grading_count'
      ]
    simulator.university.grade({ ...one, score: 1 })
    const before = Number(await count())
    clock.now_ms += 1000
    simulator.university.submit(one)
    assert.equal(await count(), before + 1)
    assert.equal(await count('exclude_response_fields[]=needs_grading_count'), undefined)
    const token = simulator.tokens.issue('student', { user_id: one.user_id })
    assert.ok(!('needs_grading_count' in ((await assignments(simulator, '', token))[0] ?? {})))
  }))

test('sections can bring their students', () =>
  withSimulator({}, async (simulator) => {
    const plain = await list(simulator, `${base(simulator)}/sections`)
    assert.ok(!('students' in (plain.rows[0] ?? {})))
    const full = await list(
      simulator,
      `${base(simulator)}/sections?include[]=students&include[]=total_students`,
    )
    assert.ok(((full.rows[0]?.['students'] ?? []) as Row[]).length > 0)
    assert.equal(typeof full.rows[0]?.['total_students'], 'number')
    const section_id = simulator.university.addSection({
      course_id: anyCourse(simulator).course_id,
      name: 'Evening',
    })
    assert.equal(idOf((await list(simulator, `${base(simulator)}/sections`)).rows.at(-1)), section_id)
  }))
