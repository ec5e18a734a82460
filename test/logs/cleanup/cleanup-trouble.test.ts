import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, copyFileSync, existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import type { CleanupReport } from '../../../src/logs/cleanup/cleanup-report.ts'
import { LogDirectory } from '../../../src/logs/cleanup/log-directory.ts'
import { runWriter } from '../writing/children/run-writer.ts'
import { checkLines } from '../writing/line-checker.ts'
import { streamFiles, streamText, temporaryDirectory } from '../writing/log-directory.ts'
import { systemError } from '../writing/system-call-hook.ts'
import { hookChanges, type ChangingCall } from './call-hook.ts'
import {
  archiveNames,
  assertHoldsLines,
  assertSameLines,
  leftovers,
  plantArchive,
  plantLog,
  textEverywhere,
} from './log-folder.ts'
import { cleanUp } from './run-cleanup.ts'

const EVERYTHING = { max_lines: 10, archive_days: 0, delete_days: 30 }

/** Two rotated files, and a live file that has to be rotated; returns all their text. */
function plantAll(directory: string): string {
  for (const number of [1, 2, 0]) plantLog(directory, 'operations', { number, lines: 40 })
  return streamText(directory, 'operations')
}

function cleanEverything(directory: string): Promise<CleanupReport> {
  return cleanUp(directory, EVERYTHING)
}

/** Everything is somewhere; a clean-up afterwards brings it all into archives, once, and leaves no trace. */
async function assertRepaired(directory: string, all: string): Promise<void> {
  assertHoldsLines(textEverywhere(directory, 'operations'), all)
  const report = await cleanEverything(directory)
  assert.deepEqual(report.errors, [])
  assert.deepEqual(streamFiles(directory, 'operations'), [])
  assertSameLines(textEverywhere(directory, 'operations'), all)
  assert.deepEqual(leftovers(directory), [])
}

test('from whatever moment the disk refuses, nothing is lost, nothing thrown, and the next run does the rest', async (t) => {
  let refused_from = 1
  for (; refused_from < 100; refused_from++) {
    const directory = temporaryDirectory(t)
    plantArchive(directory, 'errors_20200101_000000.tar.gz')
    const all = plantAll(directory)
    let changes = 0
    const unhook = await hookChanges(() => {
      if (++changes >= refused_from) throw systemError('ENOSPC')
    })
    let report: CleanupReport
    try {
      report = await cleanEverything(directory)
    } finally {
      unhook()
    }
    if (changes < refused_from) break
    assert.ok(report.errors.length > 0, `change ${refused_from}`)
    for (const error of report.errors) assert.match(error, /: ENOSPC\.$/)
    await assertRepaired(directory, all)
  }
  assert.ok(refused_from > 20 && refused_from < 100, `${refused_from} changes`)
})

for (const call of ['link', 'sync', 'writeFile', 'unlink'] satisfies ChangingCall[]) {
  test(`one ${call} that fails keeps no other file from being archived`, async (t) => {
    const directory = temporaryDirectory(t)
    const all = plantAll(directory)
    let failed = false
    const unhook = await hookChanges((each) => {
      if (each !== call || failed || archiveNames(directory).length === 0) return
      failed = true
      throw systemError('EIO')
    })
    try {
      const report = await cleanEverything(directory)
      assert.equal(report.errors.length, 1)
      assert.match(report.errors[0] ?? '', /^operations\.log\S* could not be archived: EIO\.$/)
      assert.ok(archiveNames(directory).length >= 2)
    } finally {
      unhook()
    }
    await assertRepaired(directory, all)
  })
}

test('a folder that cannot be made is told in the report', async (t) => {
  const directory = join(temporaryDirectory(t), 'file')
  writeFileSync(directory, '')
  const report = await cleanEverything(directory)
  assert.deepEqual(report.errors, ['The clean-up lock could not be made: EEXIST.'])
})

test('a folder that is missing is made, and clean', async (t) => {
  const directory = join(temporaryDirectory(t), 'missing', 'logs')
  assert.deepEqual((await cleanEverything(directory)).errors, [])
  assert.deepEqual(readdirSync(directory), ['archives'])
})

const SCRIPT = fileURLToPath(new URL('children/killed-cleanup.ts', import.meta.url))

for (const [moment, call, number] of [
  ['while an archive is written', 'writeFile', 1],
  ['before an archive has its name', 'link', 2],
  ['while an archive has two names', 'unlink', 1],
  ['between an archive’s completion and the removal of its file', 'unlink', 2],
  ['before the live file is rotated', 'renameSync', 1],
  ['before the report is kept', 'rename', 1],
] satisfies [string, ChangingCall, number][]) {
  test(`a clean-up killed ${moment} loses nothing, and the next takes over its lock`, async (t) => {
    const directory = temporaryDirectory(t)
    const all = plantAll(directory)
    const child = spawn(process.execPath, [SCRIPT, directory, call, String(number)], { stdio: 'inherit' })
    const [, signal] = (await once(child, 'close')) as [number | null, string | null]
    assert.equal(signal, 'SIGKILL')
    assert.ok(existsSync(join(directory, '.cleanup.lock')))
    await assertRepaired(directory, all)
  })
}

test('what a late writer adds to a rotated file is archived too, before and after its removal', async (t) => {
  const directory = temporaryDirectory(t)
  const planted = plantLog(directory, 'operations', { number: 1, lines: 40 })
  const path = join(directory, planted.name)
  const added: string[] = []
  const add = (): void => {
    const line = `{"writer":"late","seq":${added.length + 1}}\n`
    appendFileSync(path, line)
    added.push(line)
  }
  const unhook = await hookChanges((call, target) => {
    if (call === 'link' && added.length === 0) add()
    if (call === 'unlink' && target === path) add()
  })
  try {
    assert.deepEqual((await cleanEverything(directory)).errors, [])
  } finally {
    unhook()
  }
  assert.equal(added.length, 2)
  assert.equal(textEverywhere(directory, 'operations'), planted.text + added.join(''))
})

const damages: readonly [string, (path: string, sound_archive: string) => void][] = [
  ['cannot be read', (path) => truncateSync(path, 100)],
  ['holds something else', (path, sound_archive) => copyFileSync(sound_archive, path)],
]
for (const [damage, inflict] of damages) {
  test(`a file whose archive, read back, ${damage} stays, and the archive goes`, async (t) => {
    const directory = temporaryDirectory(t)
    plantLog(directory, 'errors', { number: 1, lines: 40 })
    await cleanEverything(directory)
    const [sound = ''] = archiveNames(directory)
    const planted = plantLog(directory, 'operations', { number: 1, lines: 40 })
    const unhook = await hookChanges((call) => {
      const archives = join(directory, 'archives')
      const unfinished = readdirSync(archives).find((name) => name.startsWith('operations.'))
      if (call === 'sync' && unfinished) inflict(join(archives, unfinished), join(archives, sound))
    })
    try {
      const report = await cleanEverything(directory)
      assert.match(report.errors[0] ?? '', /^operations\.log\S* could not be archived: /)
    } finally {
      unhook()
    }
    assert.equal(streamText(directory, 'operations'), planted.text)
    assert.deepEqual(archiveNames(directory), [sound])
    await assertRepaired(directory, planted.text)
  })
}

test('a file that something keeps writing to stays, and what is archived of it is not archived again', async (t) => {
  const directory = temporaryDirectory(t)
  const planted = plantLog(directory, 'operations', { number: 1, lines: 40 })
  const path = join(directory, planted.name)
  let text = planted.text
  const unhook = await hookChanges((call) => {
    if (call !== 'link') return
    const line = `{"writer":"foreign","seq":${text.length}}\n`
    appendFileSync(path, line)
    text += line
  })
  let report: CleanupReport
  try {
    report = await cleanEverything(directory)
  } finally {
    unhook()
  }
  assert.match(report.errors[0] ?? '', /could not be archived: something keeps writing to it\.$/)
  assert.ok(existsSync(path))
  await cleanEverything(directory)
  assert.deepEqual(streamFiles(directory, 'operations'), [])
  assert.equal(textEverywhere(directory, 'operations'), text)
})

test('two processes that write and rotate while clean-ups take every file at once lose nothing', async (t) => {
  const directory = temporaryDirectory(t)
  const writers = ['a', 'b']
  const lines = 3000
  const processes = writers.map((writer) => runWriter({ directory, writer, lines, max_bytes: 65_536 }))
  const writing = { going_on: true }
  const ended = Promise.all(processes.map((each) => each.ended)).finally(() => {
    writing.going_on = false
  })
  const logs = new LogDirectory({ directory })
  let archived = 0
  for (let last_run = false; !last_run;) {
    last_run = !writing.going_on
    await logs.startCleanup({ max_lines: 150, archive_days: 0, delete_days: 30 })
    const report = await logs.finished()
    assert.deepEqual(report?.errors, [])
    archived += report?.files_archived ?? 0
  }
  assert.deepEqual(await ended, [0, 0])
  const text = textEverywhere(directory, 'operations')
  const { lost, clashes, unknown } = checkLines(text, new Map(writers.map((writer) => [writer, lines])))
  assert.deepEqual({ lost, clashes, unknown }, { lost: 0, clashes: 0, unknown: 0 })
  assert.ok(archived > 10, `${archived} files archived`)
})
