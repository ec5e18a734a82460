import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isMonitorError } from '../../src/core/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const WRITER = fileURLToPath(new URL('writer-process.ts', import.meta.url))
const KILLS = 26
const directory = temporaryDirectory()

interface Writer {
  readonly process: ChildProcess
  readonly errors: () => string
}

/** Starts a writer that calls `hear` with each line that it says. */
function startWriter(path: string, name: string, rounds: number, hear: (line: string) => void): Writer {
  const child = spawn(process.execPath, [WRITER, path, name, String(rounds)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  createInterface({ input: child.stdout }).on('line', hear)
  return { process: child, errors: () => errors }
}

/** Fails when something that was acknowledged is not in the file, or the file is not sound. */
function assertKept(path: string, acknowledged: ReadonlySet<string>): void {
  using database = new DatabaseSync(path)
  assert.deepEqual({ ...database.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' })
  assert.deepEqual(database.prepare('pragma foreign_key_check').all(), [])
  const kept = new Set<string>()
  for (const { id, sync_status } of database
    .prepare('select id, sync_status from canvas_sync_metrics')
    .all()) {
    kept.add(`started ${String(id)}`)
    if (sync_status === 'completed') kept.add(`finished ${String(id)}`)
  }
  for (const { id } of database.prepare('select id from canvas_sections').all()) kept.add(`row ${String(id)}`)
  const lost = [...acknowledged].filter((line) => /^(started|finished|row) /.test(line) && !kept.has(line))
  assert.deepEqual(lost, [])
  const half = database.prepare(`select count(*) as n from canvas_sync_metrics where sync_status = 'completed'
    and id not in (select sync_id from canvas_sync_status_changes where new_status = 'completed')`)
  assert.equal(half.get()?.['n'], 0)
}

describe('what the store has acknowledged', () => {
  it(`survives ${KILLS} writers killed at random moments, two at a time on one file`, async () => {
    const path = join(directory, 'killed.db')
    const random = seededRandom(7)
    const acknowledged = new Set<string>()
    for (let pair = 0; pair < KILLS / 2; pair++) {
      const exits = [0, 1].map(async (side) => {
        // Killed after so many lines: an end that depends on the work done and not on the machine's speed.
        let left = 1 + Math.floor(random() * 80)
        const writer = startWriter(path, `${pair}-${side}`, 100_000, (line) => {
          acknowledged.add(line)
          if (--left === 0) writer.process.kill('SIGKILL')
        })
        const [, signal] = (await once(writer.process, 'close')) as [number | null, string | null]
        assert.equal(signal, 'SIGKILL', writer.errors())
      })
      await Promise.all(exits)
      if (pair % 4 === 0) assertKept(path, acknowledged)
    }
    assert.ok(acknowledged.size > 600, String(acknowledged.size))
    assertKept(path, acknowledged)
  })

  it('is all there when four processes write at once, and none is told that the database is busy', async () => {
    const path = join(directory, 'shared.db')
    const acknowledged = new Set<string>()
    const writers = ['a', 'b', 'c', 'd'].map((name) =>
      startWriter(path, name, 100, (line) => acknowledged.add(`${line === 'done' ? name : ''}${line}`)),
    )
    const exits = writers.map(async (writer) => {
      const [code] = (await once(writer.process, 'close')) as [number | null]
      assert.equal(code, 0, writer.errors())
    })
    await Promise.all(exits)
    const count = (kind: string): number => [...acknowledged].filter((line) => line.startsWith(kind)).length
    assert.deepEqual([count('started '), count('finished '), count('row ')], [400, 400, 2000])
    assertKept(path, acknowledged)
  })
})

describe('a full disk', () => {
  const mounted = join(directory, 'small-disk')
  mkdirSync(mounted)
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mounted])
  after(() => {
    if (mount.status === 0) spawnSync('umount', [mounted])
  })
  const skip = mount.status === 0 ? false : 'needs the right to mount a small tmpfs'

  it('is told as such, loses nothing acknowledged, and is over when space is freed', { skip }, async () => {
    const path = join(mounted, 'store.db')
    const ballast = join(mounted, 'ballast')
    await using store = await openStore(`sqlite:${path}`)
    const { id: source_id } = await store.data.openSource('https://canvas.test', '1', 1)
    const listing = await store.data.beginListing({ source_id, entity: 'sections', listed_by: '1' }, 1)
    writeFileSync(ballast, Buffer.alloc(200_000))
    const acknowledged = new Set<string>()
    const refused: unknown[] = []
    for (let index = 0; index < 400 && refused.length < 6; index++) {
      // Two writes at once share a commit: either may be the one that finds no space.
      const id = `row-${index}`
      const row = { ...syncedRow('sections', id), data: JSON.stringify('x'.repeat(8000)) }
      const [applied, started] = await Promise.allSettled([
        store.data.applyRows(listing, [row]),
        store.syncs.startSync(syncStart(`sync-${index}`)),
      ])
      if (applied.status === 'fulfilled') acknowledged.add(`row ${id}`)
      else refused.push(applied.reason)
      if (started.status === 'fulfilled') acknowledged.add(`started ${started.value}`)
      else refused.push(started.reason)
    }
    assert.ok(refused.length >= 6)
    for (const error of refused) {
      assert.ok(isMonitorError(error))
      assert.equal(error.code, 'disk_full', `${error.message} ${String(error.cause)}`)
      assert.match(error.next_step, /space/)
    }
    assert.ok((await store.health()).ok, 'it can still be read')
    assertKept(path, acknowledged)

    rmSync(ballast)
    const id = await store.syncs.startSync(syncStart('after'))
    assert.equal((await store.syncs.finishSync(id, syncFinish())).applied, true)
    acknowledged.add(`finished ${id}`)
    await store.close()
    assertKept(path, acknowledged)
  })
})
