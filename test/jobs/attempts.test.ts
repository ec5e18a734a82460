import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptTaskId, retrySentence } from '../../src/jobs/attempts.ts'
import { wholePercents } from '../../src/jobs/whole-percents.ts'

test('an attempt is named after its job, and fits into 255 characters', () => {
  const long = 'x'.repeat(300)
  const cases: [string, number, string][] = [
    ['courses:17', 1, 'courses:17'],
    ['courses:17', 2, 'courses:17#2'],
    ['courses:17', 30, 'courses:17#30'],
    [long, 1, 'x'.repeat(255)],
    [long, 2, `${'x'.repeat(253)}#2`],
  ]
  for (const [job, attempt, expected] of cases) assert.equal(attemptTaskId(job, attempt), expected)
})

test('a retry says what became of the attempt before it', () => {
  const sentence = (status: Parameters<typeof retrySentence>[1]['status']): string =>
    retrySentence(2, { task_id: 'a', status })
  assert.equal(sentence('lost'), 'Attempt 2 of this job; the one before, a, is lost: its process is gone.')
  assert.equal(sentence('failed'), 'Attempt 2 of this job; the one before, a, failed.')
  assert.equal(sentence('in_progress'), 'Attempt 2 of this job; the one before, a, has not ended.')
  assert.equal(sentence(null), 'Attempt 2 of this job; after a.')
})

test('a library that throws instead of refusing progress hears of the next, and nobody else of that', async () => {
  const passed: number[] = []
  const pass = wholePercents((percent) => {
    passed.push(percent)
    throw new Error('away')
  })
  for (const percent of [1, 2]) {
    pass({ percent, current: null })
    await new Promise(setImmediate)
  }
  assert.deepEqual(passed, [1, 2])
})

test('progress is passed on in whole percents, one at a time, the newest last, whoever refuses it', async () => {
  const passed: number[] = []
  const waiting: PromiseWithResolvers<void>[] = []
  const pass = wholePercents((percent) => {
    passed.push(percent)
    const answer = Promise.withResolvers<void>()
    waiting.push(answer)
    return answer.promise
  })
  for (const percent of [null, 1, 1.5, 1.9, 2, 3]) pass({ percent, current: null })
  assert.deepEqual(passed, [1])
  waiting[0]?.reject(new Error('away'))
  await new Promise(setImmediate)
  assert.deepEqual(passed, [1, 3])
  waiting[1]?.resolve()
  await new Promise(setImmediate)
  pass({ percent: 3.2, current: null })
  assert.deepEqual(passed, [1, 3])
  pass({ percent: 4, current: null })
  assert.deepEqual(passed, [1, 3, 4])
})
