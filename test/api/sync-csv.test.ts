import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { cellText, SYNC_CSV_COLUMNS, SYNC_CSV_HEAD, syncCsvLine } from '../../src/api/syncs/sync-csv.ts'
import type { SyncRecord } from '../../src/core/sync-record.ts'
import { openTestApi, BASE } from './support/test-api.ts'
import { parseCsv } from './support/parse-csv.ts'
import { sync } from './support/sync-factory.ts'

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .tuple(fc.constantFrom(...Array.from('=+-@\t\r\n\0\'"＝＋－＠ ,;|')), fc.string())
    .map(([first, rest]) => `${first}${rest}`),
  fc.constantFrom('=HYPERLINK("http://x","y")', '@SUM(1)', '-2+3', "'", '"', '\r\n', '', 'a,"b"\r\nc', '＝1'),
)

/** What a text of a cell was before it was made harmless. */
const textOf = (cell: string): string => (cell.startsWith("'") ? cell.slice(1) : cell)

const [first] = await (async () => {
  const api = await openTestApi()
  await api.given(sync.failed())
  return (await api.read<{ syncs: SyncRecord[] }>(`${BASE}/syncs`)).syncs
})()
assert.ok(first)
const ordinary: SyncRecord = first

suite('syncs as CSV', () => {
  test('no text begins with what a spreadsheet takes for a formula, and each comes back as it was', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (message, task_id, user_id) => {
        const line = syncCsvLine({
          ...ordinary,
          error_message: message,
          sync_task_id: task_id,
          user_id,
          metadata: { message },
        })
        const [cells = [], ...more] = parseCsv(line)
        assert.deepEqual(more, [])
        assert.equal(cells.length, SYNC_CSV_COLUMNS.length)
        for (const { text } of cells) assert.doesNotMatch(text, /^[=+\-@\t\r\n\0＝＋－＠]/)
        const cell = (name: string): string => cells[SYNC_CSV_COLUMNS.indexOf(name)]?.text ?? 'none'
        assert.equal(textOf(cell('error_message')), message)
        assert.equal(textOf(cell('sync_task_id')), task_id)
        assert.equal(textOf(cell('user_id')), user_id)
        assert.deepEqual(JSON.parse(textOf(cell('sync_metadata'))), { message })
      }),
      { numRuns: 1000 },
    )
  })

  test('numbers stay numbers, also below zero; nothing is nothing, and an empty text is not nothing', () => {
    assert.deepEqual([-5, 0, 210.5, 1e21, true, null, ''].map(cellText), [
      '-5',
      '0',
      '210.5',
      '1e+21',
      'true',
      '',
      '""',
    ])
    assert.equal(cellText('-5'), "'-5")
    assert.equal(cellText('42'), '42')
  })

  test('each value of a record has its column, and each line ends as RFC 4180 says', () => {
    const leaves = (value: unknown): number =>
      typeof value === 'object' && value !== null
        ? Object.values(value).reduce<number>((sum, each) => sum + leaves(each), 0)
        : 1
    assert.equal(SYNC_CSV_COLUMNS.length, leaves({ ...ordinary, metadata: null }))
    assert.ok(SYNC_CSV_HEAD.startsWith('\u{FEFF}id,sync_task_id,user_id,'))
    assert.ok(SYNC_CSV_HEAD.endsWith(',sync_metadata\r\n'))
    assert.ok(syncCsvLine(ordinary).endsWith('\r\n'))
  })
})
