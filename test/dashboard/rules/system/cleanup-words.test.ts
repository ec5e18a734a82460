import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from '../../../support/fast-check.ts'
import {
  CLEANUP_FIELDS,
  cleanupCommand,
  optionsOf,
  ratioText,
  totalsText,
} from '../../../../dashboard/src/system/cleanup-words.ts'

const nothing = {
  files_archived: 0,
  files_shortened: 0,
  lines_archived: 0,
  bytes_before: 0,
  archives_deleted: 0,
  bytes_deleted: 0,
  errors: [],
}

test('a clean-up is told in a sentence, planned or done', () => {
  const some = {
    ...nothing,
    files_archived: 2,
    files_shortened: 1,
    lines_archived: 12_000,
    bytes_before: 3e6,
  }
  const both = { ...some, archives_deleted: 1, bytes_deleted: 5000 }
  assert.equal(totalsText(nothing, true), 'There was nothing to do.')
  assert.equal(totalsText(nothing, false), 'There would be nothing to do.')
  assert.equal(totalsText(some, true), 'Archived 12,000 lines of 3 files (3.0 MB) and deleted no archive.')
  assert.equal(
    totalsText(both, false),
    'It would archive 12,000 lines of 3 files (3.0 MB) and delete 1 archive (5.0 kB).',
  )
  assert.equal(
    totalsText({ ...nothing, archives_deleted: 2, bytes_deleted: 100 }, true),
    'Archived nothing and deleted 2 archives (100 bytes).',
  )
})

test('how much smaller is told as a ratio, and not where nothing was archived', () => {
  assert.equal(ratioText({ ratio: 0.1 }), '10:1')
  assert.equal(ratioText({ ratio: 2 }), '1:1')
  assert.equal(ratioText({ ratio: null }), null)
})

test('only whole numbers that the server takes are sent', () => {
  const right = { max_lines: '10000', archive_days: '0', delete_days: '30' }
  assert.deepEqual(optionsOf(right), { max_lines: 10_000, archive_days: 0, delete_days: 30 })
  for (const [name, text] of [
    ['max_lines', '0'],
    ['max_lines', '10000001'],
    ['archive_days', '-1'],
    ['archive_days', '1.5'],
    ['archive_days', ''],
    ['delete_days', '0'],
    ['delete_days', '1e3'],
    ['delete_days', '3651'],
  ]) {
    assert.equal(optionsOf({ ...right, [name ?? '']: text }), null, `${name} ${text}`)
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      const options = optionsOf({ ...right, delete_days: text })
      const field = CLEANUP_FIELDS[2]
      assert.ok(options === null || (options.delete_days >= 1 && options.delete_days <= (field?.most ?? 0)))
    }),
  )
})

test('the same clean-up is given as a command', () => {
  assert.equal(
    cleanupCommand({ max_lines: 5, archive_days: 6, delete_days: 7 }),
    'canvas-sync-monitor logs cleanup --max-lines 5 --archive-days 6 --delete-days 7',
  )
})
