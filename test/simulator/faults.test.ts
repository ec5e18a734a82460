import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { Fault, Simulator } from '../../src/simulator/index.ts'
import {
  anyCourse,
  ask,
  first,
  idOf,
  linkOf,
  rowsOf,
  withSimulator,
  type RawAnswer,
  type Row,
} from '../support/simulator-client.ts'

const LIST = '/api/v1/accounts/1/courses?per_page=4'

/** What one request gets while a fault holds; the next one, without it, must be well again. */
async function under(simulator: Simulator, fault: Fault, path: string = LIST): Promise<RawAnswer> {
  const remove = simulator.faults.add({ when: {}, fault })
  try {
    return await ask(simulator, path)
  } finally {
    remove()
    assert.equal((await ask(simulator, '/api/v1/accounts')).status, 200)
  }
}

function isFromCanvas(answer: RawAnswer): boolean {
  return answer.headers['x-request-context-id'] !== undefined
}

test('status: any status in any of the forms of Canvas', () =>
  withSimulator({}, async (simulator) => {
    for (const [form, text] of [
      ['errors_array', '{"errors":[{"message":"no"}]}'],
      ['errors_object', '{"errors":{"base":"no"}}'],
      ['errors_string', '{"errors":"no"}'],
      ['error', '{"error":"no"}'],
      ['message', '{"message":"no"}'],
      ['text', 'no\n'],
      ['empty', ''],
    ] as const) {
      const answer = await under(simulator, { kind: 'status', status: 409, form, message: 'no' })
      assert.deepEqual([answer.status, answer.text, isFromCanvas(answer)], [409, text, true])
    }
    const page = await under(simulator, { kind: 'status', status: 403, form: 'html', message: 'no' })
    assert.deepEqual(
      [page.status, page.headers['content-type'], isFromCanvas(page)],
      [403, 'text/html', false],
    )
  }))

test('throttled: both forms, with a positive remainder and no cost', () =>
  withSimulator({ throttle: {} }, async (simulator) => {
    for (const [kind, status] of [
      ['throttled_403', 403],
      ['throttled_429', 429],
    ] as const) {
      const answer = await under(simulator, { kind })
      assert.equal(answer.status, status)
      assert.match(answer.text, /^4\d\d .*\(Rate Limit Exceeded\)\n$/)
      assert.ok(Number(answer.headers['x-rate-limit-remaining']) > 0)
      assert.equal(answer.headers['x-request-cost'], undefined)
    }
    assert.equal(simulator.stats.throttled_total, 2)
  }))

test('pages of the edge: sign-in, maintenance, gateway, redirect', () =>
  withSimulator({}, async (simulator) => {
    for (const [kind, status] of [
      ['html_200', 200],
      ['html_503', 503],
      ['edge_502', 502],
      ['edge_504', 504],
      ['redirect_302', 302],
    ] as const) {
      const answer = await under(simulator, { kind })
      assert.equal(answer.status, status)
      assert.equal(answer.headers['content-type'], 'text/html')
      assert.match(answer.text, /^<!DOCTYPE html>/)
      assert.equal(isFromCanvas(answer), false)
      assert.equal(answer.headers['location'] === undefined, kind !== 'redirect_302')
    }
  }))

test('canvas_500 has an error report and the headers of Canvas', () =>
  withSimulator({}, async (simulator) => {
    const answer = await under(simulator, { kind: 'canvas_500' })
    assert.equal(answer.status, 500)
    assert.equal(typeof (answer.json as Row)['error_report_id'], 'number')
    assert.ok(isFromCanvas(answer))
  }))

test('empty_body is a 200 with nothing in it', () =>
  withSimulator({}, async (simulator) => {
    const answer = await under(simulator, { kind: 'empty_body' })
    assert.deepEqual([answer.status, answer.text, answer.headers['content-length']], [200, '', '0'])
  }))

test('half_body promises more than it sends', () =>
  withSimulator({}, async (simulator) => {
    await assert.rejects(under(simulator, { kind: 'half_body' }), /aborted|socket hang up|ECONNRESET/)
  }))

test('one_byte_chunks tears characters apart and is whole in the end', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    simulator.university.renameCourse({ course_id, name: 'Überraschung 東京' })
    simulator.faults.add({ when: {}, fault: { kind: 'one_byte_chunks' } })
    const outgoing = request(simulator.base_url + `/api/v1/courses/${course_id}`, {
      headers: { Authorization: `Bearer ${simulator.tokens.admin}` },
    })
    outgoing.end()
    const [incoming] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream]
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    assert.ok(chunks.length > 10, `${chunks.length} chunks`)
    assert.match(Buffer.concat(chunks).toString(), /"name":"Überraschung 東京"/)
  }))

test('hang accepts the request and never answers, until the simulator closes', () =>
  withSimulator({}, async (simulator) => {
    simulator.faults.add({ when: { nth: 1 }, fault: { kind: 'hang' } })
    let outcome = 'waiting'
    const hanging = ask(simulator, LIST).then(
      () => (outcome = 'answered'),
      () => (outcome = 'dropped'),
    )
    assert.equal((await ask(simulator, LIST)).status, 200)
    assert.equal(outcome, 'waiting')
    assert.equal(simulator.stats.in_flight, 1)
    await simulator.close()
    await hanging
    assert.equal(outcome, 'dropped')
  }))

test('reset drops the connection before any header', () =>
  withSimulator({}, async (simulator) => {
    simulator.faults.add({ when: {}, fault: { kind: 'reset' } })
    const socket = connect(Number(new URL(simulator.base_url).port), '127.0.0.1')
    let received = 0
    socket.on('data', (chunk) => (received += chunk.length))
    socket.write('GET /api/v1/courses HTTP/1.1\r\nHost: x\r\n\r\n')
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNRESET')
    assert.equal(received, 0)
  }))

test('slow waits and then answers well', () =>
  withSimulator({}, async (simulator) => {
    const started_ms = performance.now()
    const answer = await under(simulator, { kind: 'slow', delay_ms: 60 })
    assert.equal(rowsOf(answer).length, 4)
    assert.ok(performance.now() - started_ms >= 55)
  }))

test('empty_list is a good answer without rows, also where rows are wrapped', () =>
  withSimulator({}, async (simulator) => {
    const answer = await under(simulator, { kind: 'empty_list' })
    assert.deepEqual([answer.status, answer.json, answer.headers['link']], [200, [], undefined])
    const terms = await under(simulator, { kind: 'empty_list' }, '/api/v1/accounts/1/terms')
    assert.deepEqual(terms.json, { enrollment_terms: [] })
  }))

test('drop_link_header gives a full page and no way on', () =>
  withSimulator({}, async (simulator) => {
    const answer = await under(simulator, { kind: 'drop_link_header' })
    assert.deepEqual([rowsOf(answer).length, answer.headers['link']], [4, undefined])
  }))

test('repeat_page leads to the same page for ever, by its own link or by a bookmark nobody can read', () =>
  withSimulator({}, async (simulator) => {
    const path = `/api/v1/courses/${anyCourse(simulator).course_id}/enrollments?per_page=3`
    for (const how of ['self', 'undecodable'] as const) {
      const answer = await under(simulator, { kind: 'repeat_page', how }, path)
      const again = await ask(simulator, linkOf(answer, 'next') ?? '')
      assert.deepEqual(again.json, answer.json)
    }
  }))

test('foreign_next points the next page alone at another origin', () =>
  withSimulator({}, async (simulator) => {
    const answer = await under(simulator, { kind: 'foreign_next', origin: 'https://evil.example' })
    assert.ok(linkOf(answer, 'next')?.startsWith('https://evil.example/api/v1/accounts/1/courses?'))
    assert.ok(linkOf(answer, 'current')?.startsWith(simulator.base_url))
  }))

test('drop_include loses one include or all', () =>
  withSimulator({}, async (simulator) => {
    const path = `${LIST}&include[]=term&include[]=concluded`
    const keys = async (fault: Fault): Promise<boolean[]> => {
      const [row] = rowsOf(await under(simulator, fault, path))
      return ['term', 'concluded'].map((name) => name in (row ?? {}))
    }
    assert.deepEqual(await keys({ kind: 'slow', delay_ms: 0 }), [true, true])
    assert.deepEqual(await keys({ kind: 'drop_include', include: ['term'] }), [false, true])
    assert.deepEqual(await keys({ kind: 'drop_include' }), [false, false])
  }))

test('duplicate_rows shows a row twice on the same page', () =>
  withSimulator({}, async (simulator) => {
    const rows = rowsOf(await under(simulator, { kind: 'duplicate_rows', count: 2 }))
    assert.equal(rows.length, 6)
    assert.deepEqual(rows[4], rows[0])
  }))

test('numeric_ids ignores what Accept asks for', () =>
  withSimulator({}, async (simulator) => {
    assert.match((await under(simulator, { kind: 'numeric_ids' })).text, /^\[\{"id":7414/)
  }))

test('malformed_json and wrong_content_type break one thing each', () =>
  withSimulator({}, async (simulator) => {
    const malformed = await under(simulator, { kind: 'malformed_json' })
    assert.equal(malformed.headers['content-type'], 'application/json; charset=utf-8')
    assert.equal(malformed.json, undefined)
    const mislabelled = await under(simulator, { kind: 'wrong_content_type' })
    assert.equal(mislabelled.headers['content-type'], 'text/html; charset=utf-8')
    assert.equal(rowsOf(mislabelled).length, 4)
  }))

test('huge_body is as long as it says', () =>
  withSimulator({}, async (simulator) => {
    const answer = await under(simulator, { kind: 'huge_body', bytes: 3_000_000 })
    assert.ok(answer.text.length > 3_000_000)
    assert.equal(rowsOf(answer).length, 4)
  }))

test('revoke_token and expire_token kill the token of this very request, for good', () =>
  withSimulator({}, async (simulator) => {
    for (const [fault, message] of [
      [{ kind: 'revoke_token' }, 'Revoked access token.'],
      [{ kind: 'expire_token' }, 'Expired access token.'],
      [{ kind: 'expire_token', how: 'oauth' }, 'Invalid access token.'],
    ] as const) {
      const token = simulator.tokens.issue('admin')
      simulator.faults.add({ when: { nth: 2 }, fault })
      assert.equal((await ask(simulator, LIST, { token })).status, 200)
      for (const _ of [1, 2]) {
        const answer = await ask(simulator, LIST, { token })
        assert.equal((answer.json as { errors: { message: string }[] }).errors[0]?.message, message)
      }
      simulator.faults.clear()
    }
  }))

test('a mutation happens first when its request arrives, by name or as a function', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, student_ids } = anyCourse(simulator)
    const args = { course_id, name: 'Changed on the way' }
    simulator.faults.add(
      {
        when: { path: '/api/v1/courses/*', nth: 2 },
        fault: { kind: 'mutation', name: 'renameCourse', args },
      },
      {
        when: { path: '/api/v1/courses/*', nth: 3 },
        fault: { kind: 'mutate', mutate: (university) => university.deleteCourse({ course_id }) },
      },
    )
    const path = `/api/v1/courses/${course_id}`
    assert.notEqual(((await ask(simulator, path)).json as Row)['name'], args.name)
    assert.equal(((await ask(simulator, path)).json as Row)['name'], args.name)
    assert.equal((await ask(simulator, path)).status, 404)
    assert.ok(first(student_ids).length > 0)
  }))

test('a student dropped in the middle of a listing is on the first page and nowhere after', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const path = `/api/v1/courses/${course_id}/enrollments?per_page=5`
    const whole = rowsOf(await ask(simulator, `${path}0`))
    const victim = whole[7]
    simulator.faults.add({
      when: { path: '**/enrollments', nth: 2 },
      fault: {
        kind: 'mutation',
        name: 'dropStudent',
        args: { course_id, user_id: String(victim?.['user_id']) },
      },
    })
    const one = await ask(simulator, path)
    const two = await ask(simulator, linkOf(one, 'next') ?? '')
    assert.ok(!rowsOf(two).some((row) => idOf(row) === idOf(victim)))
    assert.equal(rowsOf(two).length, 5)
  }))

test('several faults can shape one answer', () =>
  withSimulator({}, async (simulator) => {
    simulator.faults.add(
      { when: {}, fault: { kind: 'duplicate_rows' } },
      { when: {}, fault: { kind: 'drop_link_header' } },
    )
    const answer = await ask(simulator, LIST)
    assert.deepEqual([rowsOf(answer).length, answer.headers['link']], [5, undefined])
  }))
