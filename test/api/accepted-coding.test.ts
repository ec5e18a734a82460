import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../support/fast-check.ts'
import { acceptedCoding, CODINGS } from '../../src/api/http/accepted-coding.ts'

const CASES: readonly (readonly [string | null, ReturnType<typeof acceptedCoding>])[] = [
  [null, null],
  ['', null],
  ['identity', null],
  ['deflate, compress', null],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1.0, zstd;q=0.5', 'gzip'],
  ['zstd;q=0, br;q=0, gzip', 'gzip'],
  ['gzip;q=0', null],
  ['*', 'zstd'],
  ['*;q=0', null],
  ['gzip;q=0, *', 'zstd'],
  ['zstd;q=0, *;q=0.2', 'br'],
  ['identity;q=0.9, gzip;q=0.1', null],
  ['identity;q=0.1, gzip;q=0.9', 'gzip'],
  ['gzip ; q = 0.5', 'gzip'],
  ['gzip;q=nonsense', null],
  ['gzip;q=2', null],
  ['gzip;level=9;q=0.3', 'gzip'],
]

for (const [header, coding] of CASES) {
  test(`Accept-Encoding ${JSON.stringify(header)} takes ${coding ?? 'what is not compressed'}`, () => {
    assert.equal(acceptedCoding(header), coding)
  })
}

test('whatever a client writes, it gets a coding that it names, or none', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (header) => {
      const coding = acceptedCoding(header)
      if (coding === null) return
      assert.ok(CODINGS.includes(coding))
      assert.ok(header.toLowerCase().includes(coding) || header.includes('*'))
    }),
  )
})

test('a header without an end is not read to its end', () => {
  assert.equal(acceptedCoding(`${'deflate,'.repeat(1_000_000)}gzip`), null)
})
