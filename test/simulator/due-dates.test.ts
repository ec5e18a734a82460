import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anyCourse, first, withSimulator } from '../support/simulator-client.ts'

test('a moved due date changes when work is due, not what was done', () =>
  withSimulator({}, async (simulator) => {
    await Promise.resolve()
    const { university } = simulator
    const { course_id, assignment_ids } = anyCourse(simulator)
    const assignment_id = first(assignment_ids)
    const done = (): unknown[] =>
      [...university.truth.submissions(course_id)].map((row) => [
        row['id'],
        row['workflow_state'],
        row['score'],
        row['submitted_at'],
        row['graded_at'],
      ])
    const before = done()
    university.setDueDate({ course_id, assignment_id, due_at: '2026-12-01T00:00:00Z' })
    assert.deepEqual(done(), before)
    const due = [...university.truth.submissions(course_id)]
      .filter((row) => row['assignment_id'] === assignment_id)
      .map((row) => row['cached_due_date'])
    assert.ok(due.length > 0 && due.every((date) => date === '2026-12-01T00:00:00Z'))
  }))
