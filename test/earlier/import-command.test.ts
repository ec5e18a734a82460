import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { suite, test } from 'node:test'
import { Client } from 'pg'
import { makeOldDatabase } from '../support/old-table.ts'
import type { ImportReport } from '../../src/earlier/import-report.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { FiguresPlace } from '../../src/store/sync-figures.ts'
import { assertExplained } from '../cli/support/assert-explained.ts'
import { WorkPlace } from '../cli/support/work-place.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { insertOld, oldDatabase, oldRow } from './support/earlier-import.ts'

const count = (place: WorkPlace): number =>
  Number(place.rows('select count(*) as n from canvas_sync_metrics')[0]?.['n'])

const report = (stdout: string): ImportReport => JSON.parse(stdout) as ImportReport

/** The file and its table may not be there at first. */
async function whenMoreAreImported(place: WorkPlace, than: number): Promise<void> {
  for (;;) {
    try {
      if (count(place) > than) return
    } catch {
      // Not made yet, or being made.
    }
    await pause(5)
  }
}

async function assertFigures(place: WorkPlace): Promise<void> {
  await using store = await openStore(`sqlite:${place.path('data/canvas-sync.db')}`)
  let at: FiguresPlace | null = null
  do {
    const step = await store.figures.check(at)
    assert.deepEqual(step.differences, [])
    at = step.next
  } while (at !== null)
}

suite('import', { concurrency: 2 }, () => {
  test('says what it would do, does it, and tells what to look at', async () => {
    const place = new WorkPlace()
    const old = oldDatabase([
      oldRow(1),
      oldRow(2, { sync_status: 'failed', error_message: '401 Unauthorized: Jane Doe' }),
      oldRow(3, { sync_status: 'in_progress', sync_end_time: null }),
      oldRow(4, { sync_status: 'blue' }),
      oldRow(5, { sync_start_time: '2025-01-01 10:00:00', sync_end_time: '2025-01-01 10:10:00' }),
    ])
    const plan = await place.run(['import', '--from', `sqlite:${old}`, '--dry-run'])
    assert.equal(plan.code, 3)
    assert.match(plan.stdout, /^Would import 4 syncs of 5 rows of canvas_sync_metrics in /)
    const done = await place.run(['import', '--from', old])
    assert.equal(done.stderr, '')
    assert.equal(done.code, 3)
    assert.match(done.stdout, /^Imported 4 syncs of 5 rows/)
    assert.match(done.stdout, /Refused: 1 row have? a status that is not known \(id 4\)/)
    assert.match(done.stdout, /Corrected: 1 row in progress for ever: they are lost now \(id 3\)/)
    assert.match(done.stdout, /1 row .*older than 400 days/)
    assert.ok(!done.stdout.includes('Jane'))
    const again = report((await place.run(['import', '--from', old, '--json'])).stdout)
    assert.equal(again.rows.imported, 0)
    assert.equal(again.rows.unchanged, 4)
    {
      using database = new DatabaseSync(old)
      insertOld(database, oldRow(4))
      insertOld(database, oldRow(6))
      insertOld(database, oldRow(1, { courses_processed: 26 }))
    }
    const later = await place.run(['import', '--from', old, '--json'])
    assert.equal(later.code, 0)
    const { imported, updated, unchanged } = report(later.stdout).rows
    assert.deepEqual([imported, updated, unchanged], [2, 1, 3])
    await assertFigures(place)
    const shown = await place.run(['syncs', 'show', '1', '--json'])
    assert.equal((JSON.parse(shown.stdout) as { courses: { processed: number } }).courses.processed, 26)
  })

  test('changes nothing in a dry run: it makes no tables, and no others of those that are there', async () => {
    const place = new WorkPlace()
    const old = oldDatabase([oldRow(1), oldRow(2)])
    const url = await (await startPostgres()).createDatabase()
    const plan = await place.run(['import', '--from', old, '--dry-run', '--json', '--database', url])
    assert.equal(plan.code, 0, plan.stderr)
    assert.equal(report(plan.stdout).rows.imported, 2)
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      const made = await client.query("select relname from pg_class where relname like 'canvas%'")
      assert.deepEqual(made.rows, [])
    } finally {
      await client.end()
    }
    const own = place.path('older.db')
    await openStore(`sqlite:${own}`).then((store) => store.close())
    const newest = '(select max(version) from canvas_sync_migrations)'
    using database = new DatabaseSync(own)
    database.exec(`delete from canvas_sync_migrations where version = ${newest}`)
    database.exec('drop table canvas_sync_postponed_indexes')
    const before = database.prepare('select * from canvas_sync_migrations').all()
    const older = await place.run(['import', '--from', old, '--dry-run', '--database', `sqlite:${own}`])
    assertExplained(older, { code: 2, sentence: /of an earlier version, and a dry run does not change it/ })
    assert.deepEqual(database.prepare('select * from canvas_sync_migrations').all(), before)
  })

  test('goes on where Ctrl-C or a kill stopped it', async () => {
    const place = new WorkPlace()
    const rows = 40_000
    makeOldDatabase(place.path('old.db'), {
      count: rows,
      until: Date.now() - 86_400_000 * 2,
      days: 100,
      users: 50,
    })
    const args = ['import', '--from', 'sqlite:old.db', '--json']
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const before = signal === 'SIGINT' ? 0 : count(place)
      const running = place.start(args)
      await whenMoreAreImported(place, before)
      running.child.kill(signal)
      const { code, stdout } = await running.result
      if (signal === 'SIGINT') {
        assert.equal(code, 130)
        assert.equal(report(stdout).complete, false)
        assert.ok(count(place) < rows)
      } else assert.equal(code, 137)
    }
    const last = await place.run(args)
    assert.equal(last.code, 0)
    assert.equal(count(place), rows)
    assert.equal(report(last.stdout).rows.read, rows)
    await assertFigures(place)
  })

  test('wakes nobody: a server that runs meanwhile answers, opens no incident and judges what comes next', async () => {
    const place = new WorkPlace()
    // All of the last hours' syncs failed: were they tracked, every rule would have something to say.
    const minutes = (ago: number): string =>
      new Date(Date.now() - ago * 60_000).toISOString().replace('T', ' ').slice(0, 23)
    const old = oldDatabase(
      Array.from({ length: 3000 }, (_, at) =>
        oldRow(at + 1, {
          user_id: at % 20,
          sync_start_time: minutes(3002 - at),
          sync_end_time: minutes(3001 - at),
          sync_status: 'failed',
          error_message: '401 Unauthorized',
        }),
      ),
    )
    const server = place.start(['serve', '--port', '0'])
    const [address = ''] = await server.shows('stderr', /http:\/\/127\.0\.0\.1:\d+/)
    const running = place.start(['import', '--from', old, '--json'])
    const state = { ended: false }
    void running.result.then(() => (state.ended = true))
    let answers = 0
    do {
      const answer = await fetch(`${address}/api/canvas/metrics/summary?days=7`)
      assert.equal(answer.status, 200, await answer.text())
      answers++
    } while (!state.ended)
    assert.ok(answers > 0)
    assert.equal((await running.result).code, 0)
    await using store = await openStore(`sqlite:${place.path('data/canvas-sync.db')}`)
    assert.equal(await store.changes.latest(), 0)
    // What is tracked afterwards is judged, and nothing before it.
    const id = await store.syncs.startSync(
      syncStart('tracked', { user_id: 'somebody', started_at: Date.now() }),
    )
    await store.syncs.finishSync(id, syncFinish({ finished_at: Date.now() }))
    const latest = await store.changes.latest()
    while (((await store.incidents.place('syncs'))?.place ?? 0) < latest) await pause(20)
    const answer = await fetch(`${address}/api/canvas/metrics/incidents`)
    const { incidents } = (await answer.json()) as { incidents: readonly unknown[] }
    assert.deepEqual(incidents, [])
    const summary = await fetch(`${address}/api/canvas/metrics/summary?days=7`)
    assert.equal(((await summary.json()) as { failed_syncs: number }).failed_syncs, 3000)
    assert.deepEqual(place.rows('select * from canvas_sync_notifications'), [])
    server.child.kill('SIGTERM')
    await server.result
  })

  test('explains what it was not given, and what is not there', async () => {
    const place = new WorkPlace()
    place.write('note.txt', 'no dump')
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [[], 2, /nothing to import/],
      [['--from', 'sqlite:none.db'], 1, /There is no file/],
      [['--from', 'none.sql'], 1, /none\.sql cannot be read/],
      [['--from', 'note.txt'], 1, /There is no table canvas_sync_metrics in note\.txt/],
      [['--from', 'mysql://localhost/app'], 2, /not read directly/],
      [['--from', 'note.txt', '--time-zone', 'Nowhere/City'], 2, /no time zone "Nowhere\/City"/],
      [['--logs', 'nowhere'], 1, /There is no folder nowhere/],
    ]
    for (const [args, code, sentence] of cases) {
      const result = await place.run(['import', ...args])
      assertExplained(result, { code, sentence })
    }
    await openStore(`sqlite:${place.path('own.db')}`).then((store) => store.close())
    const own = await place.run(['import', '--from', 'sqlite:own.db'])
    assert.match(own.stderr, /is a database of canvas-sync-monitor, not of an earlier system/)
  })
})
