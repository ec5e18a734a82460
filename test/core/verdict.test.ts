import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { ERROR_TYPE_FACTS, isSyncErrorType, type SyncErrorType } from '../../src/core/error-types.ts'
import { COURSE_OUTCOMES, type CourseOutcomeStatus } from '../../src/core/sync-status.ts'
import { verdictOf, type SyncProblem, type Verdict } from '../../src/core/verdict.ts'

interface Outcome {
  readonly course_id: string
  readonly outcome: CourseOutcomeStatus
  readonly error_type: SyncErrorType | null
}

const good = (course_id: string, outcome: CourseOutcomeStatus = 'completed'): Outcome => ({
  course_id,
  outcome,
  error_type: null,
})
const bad = (course_id: string, error_type: SyncErrorType | null): Outcome => ({
  course_id,
  outcome: error_type === 'forbidden' ? 'forbidden' : 'failed',
  error_type,
})
const problem = (error_type: SyncErrorType, message: string): SyncProblem => ({ error_type, message })

const COMPLETED: Verdict = { status: 'completed', error_type: null, error_message: null }

const table: readonly [what: string, outcomes: Outcome[], problems: SyncProblem[], verdict: Verdict][] = [
  ['nothing at all', [], [], COMPLETED],
  ['every course completed', [good('1'), good('2')], [], COMPLETED],
  ['courses skipped and frozen', [good('1'), good('2', 'skipped'), good('3', 'frozen')], [], COMPLETED],
  ['only frozen courses', [good('1', 'frozen')], [], COMPLETED],
  [
    'one of two courses failed',
    [good('101'), bad('102', 'timeout')],
    [],
    {
      status: 'partial',
      error_type: 'timeout',
      error_message: '1 of 2 courses failed: timeout (course 102).',
    },
  ],
  [
    'the only course failed',
    [bad('7', 'network')],
    [],
    { status: 'failed', error_type: 'network', error_message: '1 of 1 course failed: network (course 7).' },
  ],
  [
    'every course forbidden',
    [bad('1', 'forbidden'), bad('2', 'forbidden')],
    [],
    {
      status: 'failed',
      error_type: 'forbidden',
      error_message: '2 of 2 courses failed: forbidden (course 1), forbidden (course 2).',
    },
  ],
  [
    'a failed course beside a frozen one',
    [good('1', 'frozen'), bad('2', 'canvas_error')],
    [],
    {
      status: 'partial',
      error_type: 'canvas_error',
      error_message: '1 of 2 courses failed: canvas_error (course 2).',
    },
  ],
  [
    'more bad courses than are named',
    [bad('1', 'timeout'), bad('2', 'forbidden'), bad('3', 'timeout'), bad('4', 'network'), good('5')],
    [],
    {
      status: 'partial',
      error_type: 'timeout',
      error_message:
        '4 of 5 courses failed: timeout (course 1), forbidden (course 2), timeout (course 3), and 1 more.',
    },
  ],
  [
    'equally many of two types: the first one',
    [bad('1', 'network'), bad('2', 'timeout'), good('3')],
    [],
    {
      status: 'partial',
      error_type: 'network',
      error_message: '2 of 3 courses failed: network (course 1), timeout (course 2).',
    },
  ],
  [
    'a bad course without an error type',
    [{ course_id: '9', outcome: 'forbidden', error_type: null }, good('1')],
    [],
    { status: 'partial', error_type: null, error_message: '1 of 2 courses failed: forbidden (course 9).' },
  ],
  [
    'a problem beside courses that are well',
    [good('1')],
    [problem('contract', 'Terms could not be read.')],
    { status: 'partial', error_type: 'contract', error_message: 'Terms could not be read.' },
  ],
  [
    'a problem and no course at all',
    [],
    [problem('contract', 'Terms could not be read.')],
    {
      status: 'partial',
      error_type: 'contract',
      error_message: 'Terms could not be read.',
    },
  ],
  [
    'a failed course and a problem',
    [good('1'), bad('2', 'timeout')],
    [problem('contract', 'Terms could not be read.')],
    {
      status: 'partial',
      error_type: 'timeout',
      error_message: '1 of 2 courses failed: timeout (course 2). Terms could not be read.',
    },
  ],
  [
    'a dead token, said once',
    [good('1'), bad('2', 'token_expired'), bad('3', 'token_expired')],
    [problem('token_expired', 'The token expired.')],
    { status: 'partial', error_type: 'token_expired', error_message: 'The token expired.' },
  ],
  [
    'a dead token and a course that failed before it',
    [bad('1', 'timeout'), bad('2', 'token_revoked'), good('3')],
    [problem('token_revoked', 'The token was deleted.')],
    {
      status: 'partial',
      error_type: 'token_revoked',
      error_message: '1 of 3 courses failed: timeout (course 1). The token was deleted.',
    },
  ],
  [
    'a token problem among many others: it explains them',
    [bad('1', 'timeout'), bad('2', 'timeout'), bad('3', 'scope_missing'), good('4')],
    [],
    {
      status: 'partial',
      error_type: 'scope_missing',
      error_message:
        '3 of 4 courses failed: timeout (course 1), timeout (course 2), scope_missing (course 3).',
    },
  ],
]

const anyType = fc.constantFrom(...Object.keys(ERROR_TYPE_FACTS).filter(isSyncErrorType))
const anyOutcome = fc
  .record({ outcome: fc.constantFrom(...COURSE_OUTCOMES), error_type: anyType, course_id: fc.string() })
  .map((one): Outcome => (isBad(one) ? one : { ...one, error_type: null }))
const anyProblem = fc.record({ error_type: anyType, message: fc.constant('A problem.') })
const isBad = ({ outcome }: { outcome: CourseOutcomeStatus }): boolean =>
  outcome === 'failed' || outcome === 'forbidden'

describe('the verdict of a sync that ran to its end', () => {
  for (const [what, outcomes, problems, verdict] of table) {
    it(`${what} → ${verdict.status}${verdict.error_type === null ? '' : `, ${verdict.error_type}`}`, () => {
      assert.deepEqual(verdictOf(outcomes, problems), verdict)
    })
  }

  it('is completed only without bad course and problem, and failed only when no course is left', () => {
    fc.assert(
      fc.property(fc.array(anyOutcome), fc.array(anyProblem, { maxLength: 3 }), (outcomes, problems) => {
        const { status, error_type, error_message } = verdictOf(outcomes, problems)
        const bad_count = outcomes.filter(isBad).length
        assert.equal(status === 'completed', bad_count === 0 && problems.length === 0)
        assert.equal(status === 'failed', bad_count > 0 && bad_count === outcomes.length)
        assert.equal(error_message === null, status === 'completed')
        assert.equal(error_type === null, status === 'completed')
      }),
    )
  })
})
