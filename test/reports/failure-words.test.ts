import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERROR_TYPE_FACTS, type SyncErrorType } from '../../src/core/error-types.ts'
import { failureSentence, mergeFailures } from '../../src/reports/failure-words.ts'
import { describeFailure } from '../../src/tracker/describe-failure.ts'
import * as fc from '../support/fast-check.ts'

const TYPES = Object.keys(ERROR_TYPE_FACTS) as SyncErrorType[]

test('every type of error has a sentence of its own', () => {
  const sentences = TYPES.map((type) => failureSentence(type, 'whatever'))
  assert.equal(new Set(sentences).size, TYPES.length)
  for (const sentence of sentences) assert.match(sentence, /^[A-Z].{10,}\.$/)
  assert.equal(failureSentence(null, 'Jane Doe failed'), 'The sync failed, and did not say why.')
})

test('the class and the place of an error of the job are told, and no other words of it', () => {
  class GradeError extends Error {
    override name = 'GradeError'
  }
  for (const error of [new TypeError('Jane Doe: 4.5'), new GradeError('x'), { name: 'no error' }]) {
    const { message } = describeFailure(error, { keep_messages: false })
    const told = failureSentence('job_error', message)
    if (error instanceof Error) assert.equal(told, message)
    else assert.equal(told, "The sync job's own code fails.")
  }
  fc.assert(
    fc.property(fc.constantFrom(...TYPES), fc.string({ unit: 'grapheme' }), (type, words) => {
      for (const message of [words, `The sync job failed with ${words}.`, `Jane Doe ${words}`]) {
        const told = failureSentence(type, message)
        assert.ok(
          told === failureSentence(type, '') ||
            /^The sync job failed with [A-Z]\w+(?:Error|Exception)/.test(told),
        )
        assert.ok(!told.includes('Jane'))
      }
    }),
  )
})

test('groups of which the same is said are told as one, the most frequent first', () => {
  const group = (
    error_group_id: number,
    error_type: SyncErrorType,
    syncs: number,
    syncs_before: number,
  ): object => ({
    error_group_id,
    error_type,
    message: `words ${error_group_id}`,
    syncs,
    syncs_before,
  })
  const groups = [group(1, 'timeout', 5, 1), group(2, 'canvas_error', 4, 0), group(3, 'canvas_error', 2, 7)]
  assert.deepEqual(
    mergeFailures(groups as Parameters<typeof mergeFailures>[0]).map(
      ({ error_group_id, message, syncs, syncs_before }) => [error_group_id, message, syncs, syncs_before],
    ),
    [
      [2, 'Canvas itself answers with errors.', 6, 7],
      [1, 'Canvas answers too slowly.', 5, 1],
    ],
  )
})
