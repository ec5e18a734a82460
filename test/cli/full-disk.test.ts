import assert from 'node:assert/strict'
import { closeSync, cpSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { assertExplained, assertNoStack } from './support/assert-explained.ts'
import { tinyDisk } from './support/tiny-disk.ts'
import { keptRows, smallCanvas, syncedPlace, WorkPlace } from './support/work-place.ts'

const disk = tinyDisk(2 * 1024 * 1024)
const skip = disk === null ? 'mounting a small disk is not permitted here' : false

/** Fills the disk to the last byte. */
function fill(directory: string): void {
  const file = openSync(join(directory, 'ballast'), 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(4096))
  } catch {
    closeSync(file)
  }
}

test(
  'a full disk under the database: exit code 1, one sentence, and what was written stays',
  { skip },
  async () => {
    assert.ok(disk !== null)
    const simulator = await smallCanvas()
    const place = await syncedPlace(simulator)
    const kept = keptRows(place)
    cpSync(place.path('data'), disk, { recursive: true })
    fill(disk)
    const database = `sqlite:${join(disk, 'canvas-sync.db')}`
    const result = await place.run(place.syncArguments('--database', database, '--json'))
    assertExplained(result, {
      code: 1,
      sentence: /disk .* is full|database/,
      next: /Free some space|disk space/,
    })

    const back = new WorkPlace()
    cpSync(join(disk, 'canvas-sync.db'), back.path('canvas-sync.db'))
    using check = new DatabaseSync(back.path('canvas-sync.db'))
    assert.deepEqual({ ...check.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' })
    cpSync(back.path('canvas-sync.db'), place.path('data/canvas-sync.db'))
    assert.deepEqual(keptRows(place), kept)
  },
)

test(
  'a full disk under stdout is one sentence and exit code 1',
  { skip: process.platform !== 'linux' },
  async () => {
    const place = new WorkPlace()
    const full = openSync('/dev/full', 'w')
    try {
      const result = await place.run(['syncs', 'list', '--json'], { stdout_to: full })
      assertExplained(result, {
        code: 1,
        sentence: /output cannot be written \(ENOSPC\)/,
        next: /Free some space/,
      })
    } finally {
      closeSync(full)
    }
  },
)

test('a full disk under the backup is told as that, and nothing is left on it', { skip }, async () => {
  assert.ok(disk !== null)
  const place = new WorkPlace()
  await place.run(['migrate'])
  fill(disk)
  const before = readdirSync(disk)
  assertExplained(await place.run(['backup', disk]), {
    code: 1,
    sentence: /The disk is full to which the backup .* goes/,
    next: /Free some space there/,
  })
  assert.deepEqual(readdirSync(disk), before)
})

test('a full disk under the logs does not stop a sync', { skip }, async () => {
  assert.ok(disk !== null)
  const place = new WorkPlace(await smallCanvas())
  const result = await place.run(place.syncArguments('--log-dir', join(disk, 'logs'), '--json'))
  assertNoStack(result)
  const shown = result.stdout + result.stderr
  if (result.stdout === '') assert.match(result.stderr, /^Error: Cannot write .*\n/, shown)
  else assert.equal(result.code, 0, shown)
})
