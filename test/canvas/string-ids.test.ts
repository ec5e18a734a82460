import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { stringifyIds } from '../../src/canvas/string-ids.ts'
import { answering, canvasHeaders, codeOf, collect, ROWS, serve, watch } from './loopback.ts'

function read(json: string): unknown {
  const value: unknown = JSON.parse(json)
  stringifyIds(value)
  return value
}

describe('stringifyIds', () => {
  it('turns every id into a string, at every depth, and nothing else', () => {
    assert.deepEqual(
      read(
        '{"id":1,"user_id":2,"USER_ID":3,"grader_id":-5,"user":{"id":4},"term":[{"id":5}],"group_ids":[6,"7"],' +
          '"paid":8,"score":9.5,"position":10,"quiz_id":null,"sis_id":"x","count_ids":3}',
      ),
      {
        id: '1',
        user_id: '2',
        USER_ID: '3',
        grader_id: '-5',
        user: { id: '4' },
        term: [{ id: '5' }],
        group_ids: ['6', '7'],
        paid: 8,
        score: 9.5,
        position: 10,
        quiz_id: null,
        sis_id: 'x',
        count_ids: 3,
      },
    )
  })

  it('knows an id by its key also when the key is too long to be remembered', () => {
    const key = `${'k'.repeat(100)}_id`
    for (let time = 0; time < 2; time++)
      assert.deepEqual(read(`{"${key}":1,"${key}x":2}`), { [key]: '1', [`${key}x`]: 2 })
  })

  it('leaves 64-bit ids that are strings exactly as they are', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (id) => {
        assert.deepEqual(read(`[{"id":"${id}","a":{"user_id":"${id}"}}]`), [
          { id: `${id}`, a: { user_id: `${id}` } },
        ])
      }),
    )
  })

  it('either keeps a number exactly or refuses it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (id) => {
        const json = `{"user":{"id":${id}}}`
        const is_safe = id <= BigInt(Number.MAX_SAFE_INTEGER) && id >= BigInt(Number.MIN_SAFE_INTEGER)
        if (is_safe) assert.deepEqual(read(json), { user: { id: String(id) } })
        else assert.throws(() => read(json), { code: 'contract' })
      }),
    )
  })

  it('refuses 1e999 and bottomless nesting', () => {
    assert.throws(() => read('{"id":1e999}'), { code: 'contract' })
    assert.throws(() => read(`${'['.repeat(5000)}${']'.repeat(5000)}`), { code: 'contract' })
  })

  it('refuses a rounded id in the middle of a page', async () => {
    const body = `[{"id":"1"},{"id":"2","user":{"id":74140000000062630}},{"id":"3"}]`
    const server = await serve(answering(() => ({ headers: canvasHeaders(), body })))
    const { client, calls } = watch(server.origin)
    assert.equal(await codeOf(collect(client.pages(ROWS))), 'contract')
    assert.equal(calls.length, 1)
  })
})
