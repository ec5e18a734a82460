import assert from 'node:assert/strict'
import type { Problem } from '../../../src/api/http/answer.ts'

/** Asserts that the answer is a problem of this status, whole and in the right media type, and returns it. */
export async function assertProblem(response: Response, status: number): Promise<Problem> {
  assert.equal(response.status, status, await response.clone().text())
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  const problem = (await response.json()) as Problem
  assert.equal(problem.status, status)
  for (const name of ['type', 'title', 'detail', 'instance', 'error'] as const) {
    assert.equal(typeof problem[name], 'string', `${name} is text`)
    assert.notEqual(problem[name], '', `${name} is not empty`)
  }
  return problem
}

/** Asserts a 400 that names the parameter and says what it must be. */
export async function assertBadParameter(
  response: Response,
  parameter: string,
  expected: string,
): Promise<void> {
  const problem = await assertProblem(response, 400)
  assert.equal(problem.parameter, parameter)
  assert.equal(problem.error, `The parameter "${parameter}" must be ${expected}.`)
}
