import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeJson } from '../../src/simulator/json.ts'
import { anyCourse, ask, withSimulator } from '../support/simulator-client.ts'

test('ids are integers beyond 2^53 unless strings are asked for', () =>
  withSimulator({}, async (simulator) => {
    const numeric = await ask(simulator, '/api/v1/users/self', { has_numeric_ids: true })
    assert.match(numeric.text, /"id":74140000000000001,/)
    assert.ok(!Number.isSafeInteger((numeric.json as { id: number }).id))
    const text = await ask(simulator, '/api/v1/users/self')
    assert.equal((text.json as { id: unknown }).id, '74140000000000001')
  }))

test('only the exact media type makes strings, anywhere in Accept', () =>
  withSimulator({}, async (simulator) => {
    for (const [accept, type] of [
      ['application/json', 'number'],
      ['application/json+Canvas-String-Ids', 'number'],
      ['text/html, application/json+canvas-string-ids;q=0.9', 'string'],
    ] as const) {
      const answer = await ask(simulator, '/api/v1/users/self', {
        has_numeric_ids: true,
        headers: { Accept: accept },
      })
      assert.equal(typeof (answer.json as { id: unknown }).id, type, accept)
    }
  }))

test('string ids touch integers under *_id and *_ids, at any depth, and nothing else', () => {
  const value = {
    id: 1n,
    user_id: 2,
    Foo_ID: 3n,
    ids: [4n, null, 'x'],
    valid: 5,
    grid: 6,
    grids: [6],
    User_Ids: [10n],
    user_id_list: [7],
    list: [{ course_id: 8n, score: 9.5, group_id: null, float_id: 1.5 }],
  }
  assert.deepEqual(JSON.parse(writeJson(value, { string_ids: true })), {
    id: '1',
    user_id: '2',
    Foo_ID: '3',
    ids: ['4', null, 'x'],
    valid: 5,
    grid: 6,
    grids: [6],
    User_Ids: ['10'],
    user_id_list: [7],
    list: [{ course_id: '8', score: 9.5, group_id: null, float_id: 1.5 }],
  })
})

test('<, > and & are escaped in strings', () => {
  assert.equal(
    writeJson({ name: 'R&D <b>"x"</b>' }, { string_ids: false }),
    String.raw`{"name":"R\u0026D \u003cb\u003e\"x\"\u003c/b\u003e"}`,
  )
})

test('paths take local, global, shard~local and SIS ids', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    for (const id of [course_id, '1', '7414~1', 'sis_course_id:C1']) {
      const answer = await ask(simulator, `/api/v1/courses/${id}`)
      assert.equal((answer.json as { id: string }).id, course_id, id)
    }
    for (const id of ['99~1', '999', '99990000000000001', 'sis_course_id:none', 'one']) {
      assert.equal((await ask(simulator, `/api/v1/courses/${id}`)).status, 404, id)
    }
  }))

test('an id that was rounded by JSON.parse leads to another object, or none', () =>
  withSimulator({}, async (simulator) => {
    const numeric = await ask(simulator, '/api/v1/accounts/1/courses?per_page=1', { has_numeric_ids: true })
    const [course] = numeric.json as { id: number }[]
    const again = await ask(simulator, `/api/v1/courses/${course?.id}`)
    assert.notEqual((again.json as { id?: string }).id, anyCourse(simulator).course_id)
  }))

test('a smaller shard has ids that fit a number', () =>
  withSimulator({ shard_id: 12 }, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/users/self', { has_numeric_ids: true })
    assert.equal((answer.json as { id: number }).id, 120_000_000_000_001)
  }))

test('keys can come in another order with each request', () =>
  withSimulator({ dialect: { shuffled_key_order: true } }, async (simulator) => {
    const answers = [
      await ask(simulator, '/api/v1/users/self'),
      await ask(simulator, '/api/v1/users/self'),
      await ask(simulator, '/api/v1/users/self'),
    ]
    assert.ok(new Set(answers.map((answer) => answer.text)).size > 1)
    assert.deepEqual(answers[0]?.json, answers[1]?.json)
  }))
