import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MonitorError, type ErrorCode } from '../../src/core/errors.ts'
import { noEntityCounts } from '../../src/core/synced-entity.ts'
import { endsWholeSync } from '../../src/tracker/describe-failure.ts'
import { startedSync, trackings } from './support/tracking.ts'

const open = trackings()
const failing = (code: ErrorCode) => async (): Promise<never> => {
  throw new MonitorError(code, `It is ${code}.`)
}

describe('one course of a sync', () => {
  it('is completed when its work returns, with its counts, calls and time', async () => {
    const { sync, clock, logs, outcomesOf } = await startedSync(open)
    const started_at = clock.now()
    const outcome = await sync.course(101, async (course) => {
      assert.equal(course.courseId, '101')
      clock.advance(1500)
      for (const page of [1, 2]) {
        sync.recordApiCall({ endpoint: '/x', status: 200, durationMs: 1, page, courseId: '101' })
      }
      sync.recordApiCall({ endpoint: '/x', status: 200, durationMs: 1, courseId: '102' })
      course.addEntity('sections', { ...noEntityCounts(), processed: 3, deleted: 1 })
      course.addEntity('sections', { ...noEntityCounts(), processed: 2, held: 4 })
    })
    assert.deepEqual(outcome, {
      course_id: '101',
      outcome: 'completed',
      reason: null,
      error_type: null,
      error_message: null,
      started_at,
      finished_at: started_at + 1500,
      duration_ms: 1500,
      api_calls: 2,
      rows_deleted: 1,
      deletions_held: 4,
      entities: { sections: { ...noEntityCounts(), processed: 5, deleted: 1, held: 4 } },
    })
    assert.deepEqual(await outcomesOf(sync), [outcome])
    assert.deepEqual(sync.toJSON().deletions, { deleted: 1, held: 4 })
    assert.partialDeepStrictEqual(logs.events('operations').at(-1), {
      level: 'WARNING',
      event: 'course_finished',
      course_id: '101',
      status: 'completed',
      api_calls: 2,
      deleted: 1,
      held: 4,
      duration_ms: 1500,
    })
  })

  it('takes calls that name it by a number for its own', async () => {
    const { sync } = await startedSync(open)
    const outcome = await sync.course(7, async () => {
      sync.recordApiCall({ endpoint: '/x', status: 200, durationMs: 1, courseId: 7 })
    })
    assert.equal(outcome.api_calls, 1)
  })

  for (const status of ['skipped', 'frozen', 'forbidden'] as const) {
    it(`is ${status} when its work says so, with the reason`, async () => {
      const { sync, logs, outcomesOf } = await startedSync(open)
      await sync.course('7', async (course) => {
        course.setOutcome(status, 'The term is over.')
      })
      const [outcome] = await outcomesOf(sync)
      assert.partialDeepStrictEqual(outcome, {
        outcome: status,
        reason: 'The term is over.',
        error_type: null,
      })
      assert.partialDeepStrictEqual(logs.events('operations').at(-1), { level: 'INFO', status })
      const { sync_status } = await sync.completeSuccess()
      assert.equal(sync_status, status === 'forbidden' ? 'failed' : 'completed')
    })
  }

  for (const [code, outcome, error_type] of [
    ['forbidden', 'forbidden', 'forbidden'],
    ['not_found', 'failed', 'not_found'],
    ['timeout', 'failed', 'timeout'],
    ['throttled', 'failed', 'throttled'],
    ['unexpected_empty', 'failed', 'unexpected_empty'],
    ['usage', 'failed', 'job_error'],
  ] as const) {
    it(`is ${outcome} when its work fails with ${code}; the others go on`, async () => {
      const { sync, logs, outcomesOf } = await startedSync(open)
      const told = await sync.course('7', failing(code))
      assert.partialDeepStrictEqual(told, { outcome, error_type, error_message: `It is ${code}.` })
      assert.deepEqual(await outcomesOf(sync), [told])
      assert.partialDeepStrictEqual(logs.events('operations').at(-1), { level: 'WARNING', status: outcome })
      assert.partialDeepStrictEqual(logs.events('errors').at(-1), {
        level: 'ERROR',
        event: 'course_failed',
        operation: 'course',
        course_id: '7',
        error_type,
        message: `It is ${code}.`,
      })
      assert.equal(endsWholeSync(new MonitorError(code, 'x')), false)
      await sync.course('8', async () => {})
      assert.partialDeepStrictEqual(await sync.completeSuccess(), { sync_status: 'partial', error_type })
    })
  }

  it('fails with whatever a job throws, and before the work has made a promise', async () => {
    const { sync, outcomesOf } = await startedSync(open)
    await sync.course('1', () => {
      throw new TypeError('at once')
    })
    await sync.course('2', () => Promise.reject(undefined))
    assert.deepEqual(
      (await outcomesOf(sync)).map(({ outcome, error_type }) => [outcome, error_type]),
      [
        ['failed', 'job_error'],
        ['failed', 'job_error'],
      ],
    )
  })

  for (const code of ['token_invalid', 'token_expired', 'token_revoked', 'scope_missing'] as const) {
    it(`throws ${code} on, because every other course would fail too, and keeps its outcome`, async () => {
      const { sync, outcomesOf } = await startedSync(open)
      const error = new MonitorError(code, 'No.')
      assert.equal(endsWholeSync(error), true)
      await assert.rejects(
        sync.course('7', () => Promise.reject(error)),
        (thrown) => thrown === error,
      )
      assert.partialDeepStrictEqual((await outcomesOf(sync))[0], { outcome: 'failed', error_type: code })
    })
  }

  it('throws an abort and a failure of our own database on, and is then no outcome', async () => {
    const { sync, logs, outcomesOf } = await startedSync(open)
    for (const error of [
      new MonitorError('cancelled', 'Stopped.'),
      new DOMException('Stopped.', 'AbortError'),
      new MonitorError('disk_full', 'Full.'),
      new MonitorError('storage', 'Gone.'),
    ]) {
      assert.equal(endsWholeSync(error), true)
      await assert.rejects(
        sync.course('7', () => Promise.reject(error)),
        (thrown) => thrown === error,
      )
    }
    assert.deepEqual(await outcomesOf(sync), [])
    assert.equal(logs.events('errors').length, 0)
  })

  it('that is run again has the outcome of the last time', async () => {
    const { sync, outcomesOf } = await startedSync(open)
    await sync.course('7', failing('timeout'))
    await sync.course('7', async () => {})
    assert.deepEqual(
      (await outcomesOf(sync)).map(({ outcome }) => outcome),
      ['completed'],
    )
    assert.equal((await sync.completeSuccess()).sync_status, 'completed')
  })

  it('fails the sync when it was the only one', async () => {
    const { sync, rowOf } = await startedSync(open)
    await sync.course('7', failing('canvas_error'))
    await sync.completeSuccess()
    assert.partialDeepStrictEqual(await rowOf(sync), {
      sync_status: 'failed',
      error_type: 'canvas_error',
      error_message: '1 of 1 course failed: canvas_error (course 7).',
    })
  })

  it('a problem of the whole sync makes it partial', async () => {
    const { sync, logs } = await startedSync(open)
    await sync.course('7', async () => {})
    sync.recordProblem({ error_type: 'contract', message: 'Terms could not be read.' })
    assert.partialDeepStrictEqual(await sync.completeSuccess(), {
      sync_status: 'partial',
      error_type: 'contract',
      error_message: 'Terms could not be read.',
    })
    assert.deepEqual(
      logs.events('errors').map((line) => line['event']),
      ['sync_problem', 'sync_partial'],
    )
  })
})
