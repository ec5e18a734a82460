import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { runMain } from './support/run-main.ts'

test('backup and restore say what they did, in a sentence or as JSON', async () => {
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'live.db')}`
  const store = await openStore(database)
  await store.syncs.startSync(syncStart('a'))
  const file = join(directory, 'copy.db')
  const saved = await runMain(['backup', file, '--database', database])
  assert.equal(saved.code, 0, saved.stderr)
  assert.match(saved.stdout, /^✔ .*copy\.db: .* 1 sync, the newest of 2026-11-22T10:15:00\.000Z, read whole/)
  const busy = await runMain(['restore', file, '--database', database])
  assert.equal(busy.code, 1)
  assert.match(busy.stderr, /has the database .* open/)
  await store.close()
  const restored = await runMain(['restore', file, '--database', database, '--json'])
  assert.equal(restored.code, 0, restored.stderr)
  const report = JSON.parse(restored.stdout) as { syncs: number; kept: string }
  assert.equal(report.syncs, 1)
  assert.ok(readdirSync(directory).some((name) => report.kept.endsWith(name)))
})

test('backup and restore explain a missing file, a second one and another engine', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['backup'], /backup takes one thing: the file or folder to write to/],
    [['restore', 'a', 'b'], /restore takes one thing: the backup/],
    [['backup', 'x', '--database', 'postgres://localhost/x'], /for SQLite; the database is PostgreSQL/],
  ]
  for (const [args, told] of cases) {
    const { code, stderr } = await runMain(args)
    assert.equal(code, 2, args.join(' '))
    assert.match(stderr, told)
  }
})
