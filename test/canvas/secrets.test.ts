import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { createCanvasClient } from '../../src/canvas/index.ts'
import { answering, canvasHeaders, collect, ROWS, serve, TOKEN, watch } from './loopback.ts'

const show = (value: unknown): string =>
  inspect(value, { depth: 20, showHidden: true, getters: true }) + JSON.stringify(value)

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.fail('there should be an error'),
    (error: unknown) => error,
  )
}

describe('secrets', () => {
  it('never shows the token in the client, its errors or its reports', async () => {
    const server = await serve(
      answering((_, url) => {
        if (url.includes('401'))
          return { status: 401, headers: { 'www-authenticate': 'Bearer' }, body: `{"message":"${TOKEN}"}` }
        if (url.includes('html')) return { body: `<html>${TOKEN}` }
        return { body: {} }
      }),
    )
    const { client, calls, waits } = watch(server.origin)
    const seen = [client, client.throttle, calls, waits]
    for (const path of ['/api/401', '/api/html', '/api/list'])
      seen.push((await errorOf(collect(client.pages(path)))) as never)
    const reset = await serve((request) => {
      request.socket.destroy()
    })
    seen.push((await errorOf(watch(reset.origin).client.self())) as never)
    for (const value of seen) assert.ok(!show(value).includes(TOKEN))
    assert.equal(seen.length, 8)
  })

  it('keeps bookmarks, queries and names out of errors and reports', async () => {
    const bookmark = 'bookmark:WyJTdHVkZW50RW5yb2xsbWVudCIsIkxvdmVsYWNlLCBBZGEiXQ'
    const server = await serve(
      answering((number) => ({
        headers: canvasHeaders({ link: `<${ROWS}?page=${bookmark}>; rel="next"` }),
        body: number === 0 ? [{ id: '1', name: 'Ada Lovelace' }] : '[{"name":"Ada Lovelace"',
      })),
    )
    const { client, calls } = watch(server.origin)
    const error = await errorOf(collect(client.pages(ROWS, { search_term: 'Lovelace' })))
    assert.ok(calls.length >= 2)
    assert.ok(!/bookmark|WyJTdHV|Lovelace|search_term/.test(show([error, calls])))
  })

  it('keeps the raw answer of a parse error out of the error', async () => {
    const server = await serve((request) => {
      request.socket.end('HTTP/9 Ada Lovelace\r\n\r\n')
    })
    const error = await errorOf(watch(server.origin).client.self())
    const raw = Buffer.from('Lovelace')
      .toString('hex')
      .replaceAll(/(..)(?=.)/g, '$1 ')
    assert.ok(error instanceof Error && !show([error, error.cause]).includes('Lovelace'))
    assert.ok(!show(error.cause).includes(raw))
  })

  it('refuses a token that cannot stand in a header, without repeating it', () => {
    for (const token of ['', 'two words', 'line\nbreak', 'smörgås']) {
      assert.throws(
        () => createCanvasClient({ base_url: 'https://canvas.example.edu', token }),
        (error) => error instanceof Error && (token === '' || !show(error).includes(token)),
      )
    }
  })
})
