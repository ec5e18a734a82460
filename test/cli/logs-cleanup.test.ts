import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import type { CleanupReport } from '../../src/logs/cleanup/cleanup-report.ts'
import type { CleanupPlan } from '../../src/logs/cleanup/plan-cleanup.ts'
import { pidSpace, processStart } from '../../src/logs/directory/process-identity.ts'
import { archiveNames, plantArchive, plantLog } from '../logs/cleanup/log-folder.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { assertExplained } from './support/assert-explained.ts'
import { no_pty, startInPty } from './support/pty.ts'
import { runCli, type CliResult } from './support/run-cli.ts'
import { WorkPlace } from './support/work-place.ts'

const IN_THE_PAST = { now_ms: Date.now() - 3_600_000 }

function plantFolder(): string {
  const directory = temporaryDirectory()
  plantLog(directory, 'operations', { number: 1, lines: 30, age_days: 8, ...IN_THE_PAST })
  plantLog(directory, 'operations', { number: 0, lines: 50, ...IN_THE_PAST })
  plantArchive(directory, 'errors_20200101_000000.tar.gz')
  return directory
}

function logs(directory: string, ...args: string[]): Promise<CliResult> {
  const environment = { TZ: 'Europe/Zurich' }
  return runCli(['logs', ...args, '--log-dir', directory], { cwd: temporaryDirectory(), environment })
}

test('a dry run says what would happen, and then it does', async () => {
  const directory = plantFolder()
  const before = readdirSync(directory, { recursive: true })
  const shown = await logs(directory, 'cleanup', '--dry-run', '--max-lines', '20')
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(
    shown.stdout,
    /operations\.log\.000001-aaaaaaa1 +would be archived +30 lines +\S+ \S+ +not written to for 7 days/,
  )
  assert.match(
    shown.stdout,
    /operations\.log +would be rotated and shortened to its newest 20 lines +30 lines/,
  )
  assert.match(shown.stdout, /errors_20200101_000000\.tar\.gz +would be deleted +3 bytes +made on 2020-01-01/)
  assert.match(shown.stdout, /Nothing was changed\.\n$/)
  const planned = await logs(directory, 'cleanup', '--dry-run', '--max-lines', '20', '--json')
  const plan = JSON.parse(planned.stdout) as CleanupPlan
  assert.deepEqual(readdirSync(directory, { recursive: true }), before)

  const done = await logs(directory, 'cleanup', '--max-lines', '20', '--json')
  assert.equal(done.code, 0, done.stderr)
  const report = JSON.parse(done.stdout) as CleanupReport
  assert.deepEqual(report.options, { max_lines: 20, archive_days: 7, delete_days: 30 })
  for (const name of ['files_archived', 'files_shortened', 'archives_deleted'] as const) {
    assert.equal(report[name], plan[name], name)
  }
  assert.equal(archiveNames(directory).length, 2)
  const [live] = readFileSync(join(directory, 'operations.log'), 'utf8').split('\n')
  assert.match(live ?? '', /"event":"cleanup_(?:started|completed)"/)
})

test('a clean-up and the status tell people in sentences, with nothing on stderr', async () => {
  const directory = plantFolder()
  const empty = await logs(directory, 'status')
  assert.match(empty.stdout, /^operations +2 +80 +\S+ kB +█░+ +< 1 % of 577 MB +2026-11-01 01:00 /m)
  assert.match(empty.stdout, /^No clean-up has come to its end yet\.$/m)
  const done = await logs(directory, 'cleanup', '--max-lines', '20')
  assert.match(
    done.stdout,
    /^✔ Log clean-up: 1 file archived and 1 file shortened: 6[01] lines, \S+ kB into \d+ bytes \(\d+ %\); 1 archive deleted, 3 bytes\.\n$/,
  )
  const { code, stdout, stderr } = await logs(directory, 'status')
  assert.deepEqual([code, stderr, done.stderr], [0, '', ''])
  assert.match(stdout, /^Last clean-ups\n\d{4}-\d\d-\d\d \d\d:\d\d {2}on request {2}1 file archived and /m)
  assert.match(stdout, /^A server that is running cleans up next at \S+ 02:00 \(Europe\/Zurich\)\.$/m)
  const json = JSON.parse((await logs(directory, 'status', '--json')).stdout) as Record<string, unknown>
  assert.equal((json['streams'] as unknown[]).length, 5)
  assert.equal((json['history'] as unknown[]).length, 1)
})

test(
  'the status fits a screen of 80 columns, and is ASCII where there is no UTF-8',
  { skip: no_pty },
  async () => {
    const place = new WorkPlace()
    mkdirSync(place.path('logs/canvas_sync'), { recursive: true })
    for (const stream of ['operations', 'api_calls'] as const) {
      plantLog(place.path('logs/canvas_sync'), stream, { number: 0, lines: 12_000, ...IN_THE_PAST })
    }
    const run = startInPty(place, ['logs', 'status'])
    assert.equal(await run.code, 0)
    const lines = stripVTControlCharacters(run.screen()).split('\r\n')
    for (const line of lines) assert.ok(line.length <= 80, line)
    assert.match(lines[1] ?? '', /^operations +1 +12,000 +\S+ \wB +< 1 % /)
    const piped = await place.run(['logs', 'status'], { environment: { LC_ALL: 'C' } })
    assert.match(piped.stdout, /^operations +1 +12,000 +\S+ \wB +#\.+ +< 1 % of 577 MB /m)
  },
)

test('what could not be done is told, with exit code 1', async () => {
  const directory = temporaryDirectory()
  const elsewhere = temporaryDirectory()
  plantLog(directory, 'operations', { number: 1, lines: 30, age_days: 8, ...IN_THE_PAST })
  symlinkSync(elsewhere, join(directory, 'archives'))
  const { code, stdout, stderr } = await logs(directory, 'cleanup')
  assert.deepEqual([code, stderr], [1, ''])
  assert.match(
    stdout,
    /^- Log clean-up: nothing to do\.\n✘ The archive folder cannot be used: it is a symbolic link/,
  )
  assert.deepEqual(readdirSync(elsewhere), [])
})

test('a second clean-up at the same time is refused, and told which one is running', async () => {
  const directory = plantFolder()
  const held = `${process.pid} ${processStart(process.pid)} ${pidSpace()} nonce task-7\n`
  writeFileSync(join(directory, '.cleanup.lock'), held)
  const running = await logs(directory, 'cleanup')
  assertExplained(running, { code: 1, sentence: /running already: task-7/, next: /Wait for it/ })
})

test('wrong calls are usage errors, and make no folder', async () => {
  const directory = plantFolder()
  for (const [option, value] of [
    ['--max-lines', '0'],
    ['--archive-days', '-1'],
    ['--delete-days', 'x'],
  ] as const) {
    const result = await logs(directory, 'cleanup', `${option}=${value}`)
    assertExplained(result, { code: 2, sentence: new RegExp(`${option} must be`), next: /For example/ })
  }
  const missing = join(directory, 'missing')
  for (const command of ['cleanup', 'status']) {
    const result = await logs(missing, command)
    assertExplained(result, { code: 1, sentence: /The log folder \S+ does not exist/, next: /--log-dir/ })
  }
  assert.ok(!readdirSync(directory).includes('missing'))
})
