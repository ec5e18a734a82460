import fc from '../support/fast-check.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseLogLine } from '../../src/logs/reading/parse-line.ts'
import { rulesOutDuration } from '../../src/search/quick-duration.ts'

/** Values as JSON has them, keys that only look like the one, and texts that hold it. */
const value = fc.oneof(
  { arbitrary: fc.nat({ max: 400 }).map(String), weight: 4 },
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  fc.constantFrom('0', '150', '150.0', '149.999', '1e3', '-5', '15E1', 'null', '"150"', '{"duration_ms":7}'),
  fc.constantFrom('150 ', '00150', '1.5.0', '.5', '', 'x'),
)
const member = fc.tuple(
  fc.constantFrom(
    '"duration_ms":',
    '"duration_ms":',
    '"duration_ms":',
    '"duration_ms":',
    '"duration_ms" :',
    '"x_duration_ms":',
    '"a\\"duration_ms":',
    '"durati\\u006fn_ms":',
  ),
  value,
)
const message = fc.constantFrom('', '', '', '200 in 7 ms', `took "duration_ms":7`, '\\')

test('a line whose duration is ruled out by its bytes is out of the bounds when it is read', () => {
  let ruled_out = 0
  fc.assert(
    fc.property(
      fc.array(member, { maxLength: 2 }),
      message,
      fc.constantFrom(0, 100, 150),
      fc.constantFrom(100, 150, Infinity),
      (members, text, least_ms, most_ms) => {
        const own = members.map(([key, written]) => `,${key}${written}`).join('')
        const head = '{"timestamp":"2026-11-22T10:00:00.000Z","level":"INFO","event":"api_call"'
        const line = `${head}${own},"message":${JSON.stringify(text)}}`
        if (!rulesOutDuration(Buffer.from(line), least_ms, most_ms)) return
        ruled_out++
        const duration = parseLogLine(line, 'api_calls')?.fields['duration_ms']
        assert.ok(typeof duration !== 'number' || duration < least_ms || duration > most_ms, line)
      },
    ),
    { numRuns: Number(process.env['DURATION_RUNS'] ?? 3000) },
  )
  assert.ok(ruled_out > 50, `${ruled_out} ruled out`)
})

test('a duration is compared as the number that JSON reads', () => {
  const decimals = fc.tuple(fc.nat(999_999_999), fc.integer({ min: 1, max: 99_999 }))
  fc.assert(
    fc.property(decimals, ([whole, fraction]) => {
      const written = `${whole}.${fraction}`
      const number = JSON.parse(written) as number
      const line = Buffer.from(`{"level":"INFO","duration_ms":${written}}`)
      assert.equal(rulesOutDuration(line, number, number), false)
    }),
    { numRuns: 3000 },
  )
})

test('a duration outside of the bounds is ruled out, one at a bound is not', () => {
  const line = (duration: string): Buffer =>
    Buffer.from(`{"level":"INFO","duration_ms":${duration},"message":""}`)
  assert.equal(rulesOutDuration(line('149.9'), 150, Infinity), true)
  assert.equal(rulesOutDuration(line('150'), 150, 150), false)
  assert.equal(rulesOutDuration(line('150.1'), 0, 150), true)
  assert.equal(rulesOutDuration(Buffer.from('{"message":""}'), 150, Infinity), false)
  assert.equal(rulesOutDuration(line('0,"duration_ms" :150'), 150, Infinity), false)
  assert.equal(
    rulesOutDuration(Buffer.from('{"level":"INFO","duration_ms" :150,"duration_ms":0}'), 150, Infinity),
    false,
  )
})
