import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noCounters } from '../../src/core/sync-record.ts'
import {
  isUnexpectedlyEmpty,
  mayBeUnexpectedlyEmpty,
  processedOf,
  type EndingSync,
} from '../../src/core/unexpected-empty.ts'

const EMPTY: EndingSync = {
  status: 'completed',
  may_be_empty: false,
  incremental_sync: false,
  has_outcomes: false,
  processed: 0,
}

describe('a sync that read nothing', () => {
  const TABLE: readonly (readonly [string, Partial<EndingSync>, readonly number[], boolean])[] = [
    ['is unexpected after three that read something', {}, [12, 1, 400], true],
    ['is unexpected after three, whatever came before them', {}, [12, 1, 400, 0], true],
    ['is not after the newest read nothing', {}, [0, 1, 400, 12], false],
    ['is not after the third newest read nothing', {}, [12, 1, 0, 400], false],
    ['is not after two', {}, [12, 1], false],
    ['is not the first one', {}, [], false],
    ['is not where none ever recorded anything', {}, [0, 0, 0], false],
    ['is not when its job says that there may be nothing', { may_be_empty: true }, [12, 1, 400], false],
    ['is not when it is incremental', { incremental_sync: true }, [12, 1, 400], false],
    ['is not when it has courses', { has_outcomes: true }, [12, 1, 400], false],
    ['is not when it did read something', { processed: 1 }, [12, 1, 400], false],
    ['is not when it failed by itself', { status: 'failed' }, [12, 1, 400], false],
    ['is not when it is partial', { status: 'partial' }, [12, 1, 400], false],
    ['is not when it was cancelled', { status: 'cancelled' }, [12, 1, 400], false],
  ]
  for (const [sentence, changes, before, expected] of TABLE) {
    it(sentence, () => {
      const sync = { ...EMPTY, ...changes }
      assert.equal(isUnexpectedlyEmpty(sync, before), expected)
      if (expected) assert.equal(mayBeUnexpectedlyEmpty(sync), true)
    })
  }

  it('asks those before it only when it would be completed and nothing speaks against it', () => {
    assert.equal(mayBeUnexpectedlyEmpty(EMPTY), true)
    for (const changes of [{ may_be_empty: true }, { processed: 1 }, { status: 'partial' } as const]) {
      assert.equal(mayBeUnexpectedlyEmpty({ ...EMPTY, ...changes }), false)
    }
  })

  it('read something when one count of objects is above 0; calls and rows in the database do not count', () => {
    for (const name of ['courses', 'assignments', 'submissions', 'grades'] as const) {
      assert.equal(processedOf({ ...noCounters(), [`${name}_processed`]: 2 }), 2)
    }
    const busy = { ...noCounters(), api_calls_made: 7, db_operations: 3 }
    assert.equal(processedOf(busy), 0)
  })
})
