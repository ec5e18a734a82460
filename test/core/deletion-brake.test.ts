import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { deletionsAllowed } from '../../src/core/deletion-brake.ts'

describe('the deletion brake', () => {
  const table: readonly [live: number, missing: number, allowed: boolean][] = [
    [0, 0, true],
    [10, 0, true],
    [1, 1, false],
    [2, 1, true],
    [4, 1, true],
    [4, 2, false],
    [9, 2, false],
    [10, 2, true],
    [10, 3, false],
    [100, 20, true],
    [100, 21, false],
    [100, 100, false],
    [0, 1, false],
  ]
  for (const [live, missing, allowed] of table) {
    it(`${allowed ? 'lets' : 'holds'} ${missing} missing of ${live}`, () => {
      assert.equal(deletionsAllowed({ live, missing }), allowed)
    })
  }

  it('takes another share when it is given one', () => {
    assert.equal(deletionsAllowed({ live: 10, missing: 5 }, 0.5), true)
    assert.equal(deletionsAllowed({ live: 10, missing: 6 }, 0.5), false)
    assert.equal(deletionsAllowed({ live: 10, missing: 2 }, 0), false)
  })

  it('never lets all rows go, and never holds fewer while it lets more go', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), (live, missing) => {
        if (missing >= live) assert.equal(deletionsAllowed({ live, missing }), false)
        else if (deletionsAllowed({ live, missing })) {
          assert.equal(deletionsAllowed({ live, missing: missing - 1 }), true)
        }
      }),
    )
  })
})
