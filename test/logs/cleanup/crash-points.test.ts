import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { LogStream } from '../../../src/core/log-event.ts'
import { readMembers } from '../../../src/logs/archives/read-archive.ts'
import type { CleanupReport } from '../../../src/logs/cleanup/cleanup-report.ts'
import { LogDirectory } from '../../../src/logs/cleanup/log-directory.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import {
  callsNaming,
  chosenPoints,
  runWithFault,
  wasKilled,
  withoutStrace,
  type CallPoint,
  type TracedCommand,
} from '../../support/strace.ts'
import { streamText, temporaryDirectory } from '../writing/log-directory.ts'
import {
  archiveNames,
  assertHoldsLines,
  assertSameLines,
  leftovers,
  plantArchive,
  plantLog,
  textEverywhere,
} from './log-folder.ts'
import { hasTar } from './run-cleanup.ts'

const SCRIPT = fileURLToPath(new URL('children/clean-up.ts', import.meta.url))
const NOW = '2026-11-22T10:15:00.000Z'
const MAX_LINES = 60
const STREAMS = ['operations', 'errors'] as const
const CALLS = [
  'openat',
  'close',
  'write',
  'read',
  'pread64',
  'statx',
  'getdents64',
  'mkdir',
  'rename',
  'link',
  'unlink',
  'fsync',
  'fchmod',
  'fchown',
  'utimensat',
]

interface Planted {
  readonly directory: string
  readonly text: ReadonlyMap<LogStream, string>
}

/** One file that is old, one to shorten, a live file to rotate and shorten, an archive to delete. */
function plant(t: TestContext): Planted {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 1, lines: 50, age_days: 8 })
  plantLog(directory, 'operations', { number: 2, lines: 40, age_days: 3 })
  plantLog(directory, 'operations', { number: 0, lines: 30 })
  plantLog(directory, 'errors', { number: 0, lines: 100 })
  plantArchive(directory, 'progress_20200101_000000.tar.gz')
  return { directory, text: new Map(STREAMS.map((stream) => [stream, streamText(directory, stream)])) }
}

const commandIn = (directory: string): TracedCommand => ({
  script: [SCRIPT, directory, NOW],
  folder: directory,
})

/** By our own reader, and by the system's. */
async function assertSound(directory: string): Promise<void> {
  const paths = archiveNames(directory)
    .filter((name) => !name.includes('_2020'))
    .map((name) => join(directory, 'archives', name))
  for (const path of paths) assert.equal((await readMembers(path)).length, 1)
  if (!hasTar() || paths.length === 0) return
  const script = 'gzip -t "$@" && for path; do tar -tzf "$path" || exit 1; done'
  execFileSync('sh', ['-ec', script, 'sh', ...paths])
}

/** All lines are somewhere; after one more clean-up each is there once, and nothing else is left. */
async function assertRepaired({ directory, text }: Planted, point: string): Promise<void> {
  await assertSound(directory)
  for (const [stream, all] of text) assertHoldsLines(textEverywhere(directory, stream), all)
  const logs = new LogDirectory({ directory, clock: new FakeClock({ start: NOW, auto: true }) })
  await logs.startCleanup({ max_lines: MAX_LINES, archive_days: 7, delete_days: 30 })
  assert.deepEqual((await logs.finished())?.errors, [], point)
  for (const [stream, all] of text) {
    assertSameLines(textEverywhere(directory, stream), all)
    const newest = all.split(/(?<=\n)/).slice(-MAX_LINES)
    assertHoldsLines(streamText(directory, stream), newest.join(''))
  }
  await assertSound(directory)
  assert.deepEqual(leftovers(directory), [], point)
  assert.ok(!archiveNames(directory).includes('progress_20200101_000000.tar.gz'), point)
}

const shownIn = (directory: string, { thread, syscall, k, shown }: CallPoint): string =>
  `${thread} ${syscall} ${k}: ${shown.replaceAll(directory, '').slice(0, 120)}`

test(
  'a clean-up killed at any call to the file system loses nothing, and the next one does the rest',
  { skip: withoutStrace(), timeout: 1_800_000 },
  async (t) => {
    let last = plant(t)
    const { run, points } = await callsNaming(() => {
      last = plant(t)
      return commandIn(last.directory)
    }, CALLS)
    const report = JSON.parse(run.stdout) as CleanupReport
    assert.deepEqual([report.files_archived, report.files_shortened, report.errors], [1, 2, []])
    assert.ok(points.length > 100, `${points.length} points`)
    let killed = 0
    const chosen = chosenPoints(points, 24, (text) => t.diagnostic(text))
    for (const point of chosen) {
      const planted = plant(t)
      const traced = await runWithFault(commandIn(planted.directory), point, 'KILL')
      if (wasKilled(traced)) killed++
      await assertRepaired(planted, shownIn(planted.directory, point))
      rmSync(planted.directory, { recursive: true })
    }
    t.diagnostic(`${killed} of ${chosen.length} killed`)
    assert.ok(killed >= chosen.length * 0.9, `${killed} of ${chosen.length} were killed`)
  },
)

test(
  'a call to the file system that fails is told or made up for, and loses nothing',
  { skip: withoutStrace(), timeout: 1_800_000 },
  async (t) => {
    // Not write: the pool's other writes wake the main thread, and Node ends when one of those fails.
    const changing = ['openat', 'mkdir', 'rename', 'link', 'unlink', 'fsync']
    const { points } = await callsNaming(() => commandIn(plant(t).directory), changing)
    let told = 0
    let missed = 0
    const chosen = chosenPoints(points, 8, (text) => t.diagnostic(text))
    for (const [at, point] of chosen.entries()) {
      const planted = plant(t)
      const error = at % 2 === 0 ? 'ENOSPC' : 'EIO'
      const { stdout, stderr, code, signal } = await runWithFault(commandIn(planted.directory), point, error)
      const where = shownIn(planted.directory, point)
      // What Node's own cache of sources had to offer differed, and the fault met the loader of the program.
      if (stdout === '' && stderr.includes('at ModuleLoader.')) {
        missed++
        continue
      }
      assert.notEqual(stdout, '', `${where}: ${code} ${signal} ${stderr}`)
      const { errors } = JSON.parse(stdout) as CleanupReport
      if (errors.some((sentence) => sentence.endsWith(`: ${error}.`))) told++
      await assertRepaired(planted, where)
      rmSync(planted.directory, { recursive: true })
    }
    t.diagnostic(`${told} of ${chosen.length} in the report, ${missed} missed`)
    assert.ok(missed <= chosen.length / 4, `${missed} of ${chosen.length} missed`)
    assert.ok(told >= (chosen.length - missed) * 0.5, `${told} of ${chosen.length} were told`)
  },
)
