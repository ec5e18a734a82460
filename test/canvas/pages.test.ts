import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  answering,
  canvasHeaders,
  codeOf,
  collect,
  ROWS,
  rows,
  serve,
  watch,
  type Plain,
} from './loopback.ts'

const withNext = (next: string, body: unknown): Plain => ({
  headers: canvasHeaders({ link: `<${next}>; rel="next"` }),
  body,
})
const last = (body: unknown): Plain => ({
  headers: canvasHeaders({ link: '<https://a.test/api/v1/x?page=first>; rel="first"' }),
  body,
})

describe('pages', () => {
  it('follows next links with the header in any case and ends without next', async () => {
    const server = await serve(
      answering((number) =>
        number === 0
          ? { headers: { ...canvasHeaders(), LINK: `<${ROWS}?page=2>; rel="next"` }, body: rows(1, 100) }
          : last(rows(101, 100)),
      ),
    )
    const { client, calls } = watch(server.origin)
    const pages = await collect(client.pages(ROWS, { include: ['user', 'grades'], skipped: undefined }))
    assert.deepEqual(
      pages.map(({ page, has_next, items }) => [page, has_next, items.length]),
      [
        [1, true, 100],
        [2, false, 100],
      ],
    )
    assert.equal(server.requests[0]?.url, `${ROWS}?per_page=100&include%5B%5D=user&include%5B%5D=grades`)
    assert.deepEqual(
      calls.map(({ endpoint, page, items }) => [endpoint, page, items]),
      [
        [ROWS, 1, 100],
        [ROWS, 2, 100],
      ],
    )
  })

  it('goes on after a short and after an empty page that have a next', async () => {
    const bodies = [rows(1, 3), [], [], rows(4, 2)]
    const server = await serve(
      answering((number) => {
        const body = bodies[number]
        return number < 3 ? withNext(`${ROWS}?page=bookmark:${number}`, body) : last(body)
      }),
    )
    const read: unknown[] = []
    for await (const row of watch(server.origin).client.list(ROWS)) read.push(row)
    assert.deepEqual(read, rows(1, 5))
  })

  it('sends a bookmark back byte for byte', async () => {
    const raw = `${ROWS}?page=bookmark:WyJTdHVk+/%2B%3d=='|{}^&per_page=100`
    const server = await serve(answering((number) => (number === 0 ? withNext(raw, rows(1, 1)) : last([]))))
    await collect(watch(server.origin).client.pages(ROWS))
    assert.equal(server.requests[1]?.url, raw)
  })

  it('never contacts a foreign host: its next is asked at the configured one', async () => {
    const foreign = await serve(answering(() => ({ body: rows(900, 1) })))
    const server = await serve(
      answering((number) =>
        number === 0 ? withNext(`${foreign.origin}${ROWS}?page=2`, rows(1, 1)) : last(rows(2, 1)),
      ),
    )
    const pages = await collect(watch(server.origin).client.pages(ROWS))
    assert.equal(pages.length, 2)
    assert.equal(foreign.requests.length, 0)
    assert.equal(server.requests[1]?.url, `${ROWS}?page=2`)
  })

  it('follows a next on an additional origin with the token', async () => {
    const vanity = await serve(answering(() => last(rows(2, 1))))
    const server = await serve(answering(() => withNext(`${vanity.origin}${ROWS}?page=2`, rows(1, 1))))
    await collect(watch(server.origin, { additional_origins: [vanity.origin] }).client.pages(ROWS))
    assert.equal(vanity.requests.length, 1)
    assert.ok(vanity.requests[0]?.headers.authorization)
  })

  it('stops when next points to an address already read', async () => {
    const server = await serve(
      answering((number) => withNext(`${ROWS}?page=${(number % 2) + 1}`, rows(number * 5, 5))),
    )
    const { client, calls } = watch(server.origin)
    assert.equal(await codeOf(collect(client.pages(ROWS))), 'pagination_loop')
    assert.equal(calls.at(-1)?.error_type, 'pagination_loop')
    assert.equal(server.requests.length, 3)
  })

  it('stops when page 1 comes again under new addresses, as for a bookmark Canvas cannot decode', async () => {
    const server = await serve(
      answering((number) => withNext(`${ROWS}?page=bookmark:${number}`, rows(1, 100))),
    )
    assert.equal(await codeOf(collect(watch(server.origin).client.pages(ROWS))), 'pagination_loop')
    assert.equal(server.requests.length, 2)
  })

  it('stops at max_pages', async () => {
    const server = await serve(
      answering((number) => withNext(`${ROWS}?page=${number}`, rows(number * 100, 100))),
    )
    assert.equal(
      await codeOf(collect(watch(server.origin).client.pages(ROWS, {}, { max_pages: 3 }))),
      'pagination_loop',
    )
    assert.equal(server.requests.length, 3)
  })

  it('takes a full page without a Link header for a cut list', async () => {
    const server = await serve(answering(() => ({ body: rows(1, 100) })))
    assert.equal(await codeOf(collect(watch(server.origin).client.pages(ROWS))), 'contract')
    const small = await serve(answering(() => ({ body: rows(1, 7) })))
    assert.equal(
      await codeOf(collect(watch(small.origin).client.pages(ROWS, {}, { per_page: 7 }))),
      'contract',
    )
    assert.equal((await collect(watch(small.origin).client.pages(ROWS))).length, 1)
  })

  it('reads a wrapped list and meta.pagination.next', async () => {
    const path = '/api/v1/accounts/1/terms'
    const server = await serve(
      answering((number) => ({
        body: {
          enrollment_terms: rows(number * 100, 100),
          meta: { pagination: number === 0 ? { next: `${path}?page=2` } : {} },
        },
      })),
    )
    const pages = await collect(watch(server.origin).client.pages(path, {}, { wrapper: 'enrollment_terms' }))
    assert.deepEqual(
      pages.map((page) => page.items.length),
      [100, 100],
    )
    assert.equal(await codeOf(collect(watch(server.origin).client.pages(path))), 'contract')
  })

  it('refuses a next that is no web address', async () => {
    for (const next of ['javascript:alert(1)', 'https://a.test/x y', '']) {
      const server = await serve(answering(() => withNext(next, rows(1, 1))))
      assert.equal(await codeOf(collect(watch(server.origin).client.pages(ROWS))), 'contract', next)
    }
  })

  it('refuses a long address before sending', async () => {
    const server = await serve(answering(() => ({})))
    const ids = Array.from({ length: 200 }, (_, index) => 100_000 + index)
    assert.equal(
      await codeOf(collect(watch(server.origin).client.pages(ROWS, { student_ids: ids }))),
      'usage',
    )
    assert.equal(await codeOf(watch(server.origin).client.get('/login?x=1')), 'usage')
    for (const path of ['/api/../admin', '/api/v1/.', '/api/%2e%2E/admin', '/api/v1/courses/1%2Fusers']) {
      assert.equal(await codeOf(watch(server.origin).client.get(path)), 'usage', path)
    }
    assert.equal(server.requests.length, 0)
  })

  it('refuses rows that are not objects, and more rows than a page can have', async () => {
    for (const body of [[null], [{ id: '1' }, 2], ['x'], [[]], rows(1, 1001)]) {
      const server = await serve(answering(() => last(body)))
      assert.equal(await codeOf(collect(watch(server.origin).client.pages(ROWS))), 'contract')
    }
    const server = await serve(answering(() => last(rows(1, 1000))))
    assert.equal((await collect(watch(server.origin).client.pages(ROWS))).length, 1)
  })

  it('reports expected fields that no row has, leaving out restricted courses', async () => {
    const bodies = [
      [{ id: '1', access_restricted_by_date: true, term: 1 }],
      [{ id: '2', name: 'x' }],
      [{ id: '3', term: null }],
    ]
    const server = await serve(
      answering((number) =>
        number < 2 ? withNext(`${ROWS}?page=${number}`, bodies[number]) : last(bodies[number]),
      ),
    )
    const pages = await collect(
      watch(server.origin).client.pages(ROWS, {}, { expect: ['term', 'grades.score'] }),
    )
    assert.deepEqual(
      pages.map((page) => page.missing_fields),
      [[], ['term', 'grades.score'], ['grades.score']],
    )
  })
})
