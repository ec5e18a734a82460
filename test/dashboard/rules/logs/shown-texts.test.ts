import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from '../../../support/fast-check.ts'
import { filtersOf, toggledStream, withMoments } from '../../../../dashboard/src/logs/log-filters.ts'
import {
  areOfSeveralMachines,
  nameOf,
  readName,
  type LogLine,
} from '../../../../dashboard/src/logs/log-line.ts'
import { regexMarker, textMarker } from '../../../../dashboard/src/logs/marker.ts'
import { headOf, piecesOf } from '../../../../dashboard/src/logs/visible-text.ts'

const shown = (text: string): string =>
  piecesOf(text)
    .map(({ kind, text: piece }) => (kind === 'control' ? `<${piece}>` : piece))
    .join('')

suite('a text of a line as it is shown', () => {
  test('has what cannot be seen, or turns others around, in words', () => {
    for (const [text, expected] of [
      ['plain', 'plain'],
      ['\u001b[31mred', '<␛>[31mred'],
      ['a\u0000b\nc\u007f', 'a<␀>b<␊>c<␡>'],
      ['\u202egnp.exe', '<U+202E>gnp.exe'],
      ['a\u2028b\u0085c', 'a<U+2028>b<U+0085>c'],
      ['zero\u200bwidth', 'zero<U+200B>width'],
      ['half \ud83d pair', 'half <U+D83D> pair'],
      ['\u{e0041}', '<U+E0041>'],
      ['größer 数 😀', 'größer 数 😀'],
    ] as const) {
      assert.equal(shown(text), expected)
    }
  })

  test('loses and adds nothing else, wherever marks are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), fc.nat(20), (text, a, b) => {
        const characters = Array.from(text)
        const [start, end] = [Math.min(a, b), Math.max(a, b)].map(
          (at) => characters.slice(0, at).join('').length,
        )
        const pieces = piecesOf(text, [[start ?? 0, end ?? 0]])
        const plain = pieces.filter(({ kind }) => kind === 'plain').map((piece) => piece.text)
        assert.equal(plain.join(''), text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/gu, ''))
      }),
    )
  })

  test('is never cut in the middle of a pair', () => {
    assert.equal(headOf('ab😀', 3), 'ab')
    assert.equal(headOf('ab😀', 4), 'ab😀')
  })
})

suite('what is looked for is marked', () => {
  test('as a text, in any case or not', () => {
    assert.deepEqual(textMarker('ab', false)('abAB ab'), [
      [0, 2],
      [5, 7],
    ])
    assert.deepEqual(textMarker('a.b', true)('A.B axb'), [[0, 3]])
    assert.deepEqual(textMarker('', false)('anything'), [])
  })

  test('as an expression, in linear time', async () => {
    assert.deepEqual((await regexMarker('\\d+', false))('12 of 345'), [
      [0, 2],
      [6, 9],
    ])
    const began_ms = performance.now()
    assert.deepEqual((await regexMarker('(a+)+$', false))(`${'a'.repeat(5000)}!`), [])
    assert.ok(performance.now() - began_ms < 10_000)
    assert.deepEqual((await regexMarker('(', false))('('), [])
  })
})

suite('the name of a line', () => {
  const line: LogLine = {
    stream: 'operations',
    timestamp: '2026-11-22T10:15:00.000Z',
    level: 'INFO',
    event: null,
    task_id: null,
    user_id: null,
    writer: 'host~1',
    seq: 7,
    form: 'json',
    fields: {},
    message: 'Said.',
    source: 'operations.log',
    machine: null,
  }

  test('is the same wherever the line is by now, and another for another line', () => {
    assert.equal(nameOf(line), '2026-11-22T10:15:00.000Z~7~host~1')
    assert.equal(nameOf({ ...line, source: 'operations.log.1' }), nameOf(line))
    assert.notEqual(nameOf({ ...line, seq: 8 }), nameOf(line))
    const old = { ...line, writer: null, seq: null }
    assert.notEqual(nameOf({ ...old, message: 'Said otherwise.' }), nameOf(old))
  })

  test('is read again, and anything else is no name', () => {
    assert.equal(readName(nameOf(line))?.timestamp, line.timestamp)
    for (const text of ['', '~', 'yesterday~1~a', '2026-11-22~1~a']) assert.equal(readName(text), null)
  })
})

suite('filters in an address', () => {
  test('keep what is meant by a relative time, so that all pages mean the same', () => {
    const filters = filtersOf(new URLSearchParams('since=1h&until=nonsense&level=ERROR&line=x&text='))
    const now_ms = Date.parse('2026-11-22T10:15:00.000Z')
    assert.deepEqual(withMoments(filters, { now_ms, zone: 'UTC' }), {
      since: '2026-11-22T09:15:00.000Z',
      until: 'nonsense',
      level: 'ERROR',
    })
  })

  test('name the streams that are wanted, and none when all are', () => {
    assert.equal(toggledStream(['errors'], 'progress'), 'errors,progress')
    assert.equal(toggledStream(['errors'], 'errors'), '')
    const four = ['api_calls', 'database', 'errors', 'progress']
    assert.equal(toggledStream(four, 'operations'), '')
  })
})

test('the machine of lines is said only where they are of several', () => {
  const of = (machine: string | null): LogLine => ({
    stream: 'operations',
    timestamp: null,
    level: null,
    event: null,
    task_id: null,
    user_id: null,
    writer: null,
    seq: null,
    form: null,
    fields: {},
    message: '',
    source: 'operations.log',
    machine,
  })
  assert.equal(areOfSeveralMachines([of('a'), null, of('a'), of(null)]), false)
  assert.equal(areOfSeveralMachines([of('a'), of(null), of('b')]), true)
  assert.equal(areOfSeveralMachines([]), false)
})
