import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { emitUserId } from '../../src/core/user-id.ts'

describe('a user id in JSON', () => {
  it('is a number when it is a canonical safe integer', () => {
    for (const id of [0, 7, 42, -5, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      assert.equal(emitUserId(String(id)), id)
    }
  })

  it('stays the string that it is when a number would round or reshape it', () => {
    const strings = ['', '007', '-0', '+1', '1.0', '1e3', ' 1', '1 ', '1\n', '0x10', '٣', 'anna', 'NaN']
    for (const id of [...strings, '9007199254740992', '-9007199254740992', '10000000000000007']) {
      assert.equal(emitUserId(id), id)
    }
  })

  it('is null when there is none', () => {
    assert.equal(emitUserId(null), null)
  })

  it('always reads back as the same text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.bigInt().map(String), fc.maxSafeInteger().map(String)), (id) => {
        assert.equal(String(JSON.parse(JSON.stringify(emitUserId(id)))), id)
      }),
    )
  })
})
