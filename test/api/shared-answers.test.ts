import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ok, type Answer } from '../../src/api/http/answer.ts'
import { jsonBytes } from '../../src/api/http/json-bytes.ts'
import { bytesAreDone } from '../../src/api/http/passing-bytes.ts'
import { SharedAnswers } from '../../src/api/http/shared-answers.ts'

/** Answers that end when they are told to. */
class Work {
  readonly begun: PromiseWithResolvers<Answer>[] = []

  readonly make = (): Promise<Answer> => {
    const work = Promise.withResolvers<Answer>()
    this.begun.push(work)
    return work.promise
  }

  end(at: number): void {
    this.begun[at]?.resolve(ok({ at }))
  }
}

test('who asks while an answer is made gets the next one, together with all who wait, and never the running one', async () => {
  const shared = new SharedAnswers()
  const work = new Work()
  const first = shared.answer('a', work.make)
  const second = shared.answer('a', work.make)
  const third = shared.answer('a', work.make)
  assert.equal(work.begun.length, 1)
  work.end(0)
  assert.deepEqual((await first).body, { at: 0 })
  const fourth = shared.answer('a', work.make)
  assert.equal(work.begun.length, 2)
  work.end(1)
  assert.deepEqual((await second).body, { at: 1 })
  assert.equal((await third).body, (await second).body)
  assert.equal(work.begun.length, 3)
  work.end(2)
  assert.deepEqual((await fourth).body, { at: 2 })
})

test('what is asked for one after the other, or is not the same, is made each time', async () => {
  const shared = new SharedAnswers()
  const work = new Work()
  const answers = ['a', 'b'].map((key) => shared.answer(key, work.make))
  assert.equal(work.begun.length, 2)
  work.end(0)
  work.end(1)
  await Promise.all(answers)
  const later = shared.answer('a', work.make)
  assert.equal(work.begun.length, 3)
  work.end(2)
  assert.deepEqual((await later).body, { at: 2 })
})

test('one that fails tells those who asked for it, and the next is made all the same', async () => {
  const shared = new SharedAnswers()
  const work = new Work()
  const first = shared.answer('a', work.make)
  const second = shared.answer('a', work.make)
  work.begun[0]?.reject(new Error('no'))
  await assert.rejects(first, /no/)
  assert.equal(work.begun.length, 2)
  work.begun[1]?.reject(new Error('not again'))
  await assert.rejects(second, /not again/)
  const third = shared.answer('a', work.make)
  work.end(2)
  assert.deepEqual((await third).body, { at: 2 })
})

test('bytes that several wait for stay when the first of them has sent them; those of one are given back', async () => {
  const shared = new SharedAnswers()
  const make = async (): Promise<Answer> => {
    await Promise.resolve()
    return ok(jsonBytes({}, 'list', new TextEncoder().encode(JSON.stringify(['x'.repeat(100_000)]))))
  }
  const bodies = await Promise.all(
    [1, 2, 3].map(async () => {
      const { body } = await shared.answer('a', make)
      assert.ok(body instanceof Uint8Array)
      const { length } = body
      bytesAreDone(body)
      return { body, length }
    }),
  )
  const [alone, ...others] = bodies
  assert.equal(alone?.body.length, 0, 'only the first had its answer to itself')
  assert.equal(others[0]?.body, others[1]?.body)
  for (const { body, length } of others) assert.equal(body.length, length)
})
