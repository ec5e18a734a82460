import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SyncRecord } from '../../src/core/sync-record.ts'
import { startPostgres } from '../support/postgres-server.ts'
import type { CliResult } from './support/run-cli.ts'
import { smallCanvas, WorkPlace } from './support/work-place.ts'

test('every command works with PostgreSQL, and none shows or writes its password', async () => {
  const canvas = await smallCanvas()
  const place = new WorkPlace(canvas)
  const url = await (await startPostgres()).createDatabase()
  const { password, pathname } = new URL(url)
  const environment = { DATABASE_URL: url }
  const results: CliResult[] = []
  const run = async (...args: string[]): Promise<string> => {
    const result = await place.run(args, { environment })
    results.push(result)
    assert.equal(result.code, 0, `${args.join(' ')}: ${result.stderr}${result.stdout}`)
    return result.stdout
  }

  const name = pathname.slice(1)
  assert.match(
    await run('migrate'),
    new RegExp(`^${name} at \\S+ is now at version \\d+: applied 0001-syncs, `),
  )
  assert.match(await run('migrate'), new RegExp(`^${name} at \\S+ is up to date`))
  assert.equal(await run('syncs'), '')
  assert.match(results.at(-1)?.stderr ?? '', new RegExp(`^No syncs yet in ${name} at `))
  await run(...place.syncArguments('--quiet', '--task-id', 'first'))
  const again = JSON.parse(
    await run(...place.syncArguments('--json', '--full', '--task-id', 'again')),
  ) as SyncRecord
  assert.equal(again.sync_status, 'completed')
  assert.equal(again.submissions.created, 0)
  assert.ok(again.submissions.processed > 0)
  assert.match(await run('syncs'), /completed[^]*completed/)
  const doctor = await run('doctor')
  assert.match(doctor, new RegExp(`✔ database +${name} at \\S+ can be read and written, last sync `))
  assert.match(doctor, /✔ disk/)

  const demo = place.start(['demo', '--port', '0'], { environment })
  const [hint] = await demo.shows('stderr', /npx canvas-sync-monitor syncs list.*/)
  assert.equal(hint, 'npx canvas-sync-monitor syncs list --database "$DATABASE_URL"')
  demo.child.kill('SIGINT')
  results.push(await demo.result)

  const logs = join(place.directory, 'logs/canvas_sync')
  const written = readdirSync(logs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  const everything = [...written, ...results.flatMap(({ stdout, stderr }) => [stdout, stderr])].join('\n')
  for (const secret of [password, decodeURIComponent(password)]) assert.ok(!everything.includes(secret))
})
