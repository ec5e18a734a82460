import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { CleanupReport } from '../../../src/logs/cleanup/cleanup-report.ts'
import { pidSpace, processStart } from '../../../src/logs/directory/process-identity.ts'
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

/**
 * Everything is somewhere; two clean-ups afterwards (the first may have to rotate the live file) bring it all into
 * archives, once, and leave no trace.
 */
async function assertRepaired(directory: string, all: string): Promise<void> {
  assertHoldsLines(textEverywhere(directory, 'operations'), all)
  for (let run = 0; run < 2; run++) assert.deepEqual((await cleanEverything(directory)).errors, [])
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

test('what killed runs left is removed, and what others use is not', async (t) => {
  const directory = temporaryDirectory(t)
  plantArchive(directory, 'operations.0123456789abcdef.tmp')
  plantArchive(directory, 'cleanup-history.0123456789abcdef.tmp')
  const dead = `2147483647 1 ${pidSpace()} nonce\n`
  const alive = `${process.ppid} ${processStart(process.ppid)} ${pidSpace()} nonce\n`
  for (const [name, text] of [
    ['operations.log.000001-aaaaaaaa.0123456789abcdef.tmp', 'x'],
    ['.probe-0123456789abcdef.tmp', 'x'],
    ['.cleanup.lock.0123456789abcdef.tmp', 'x'],
    ['.operations.log.lock', dead],
    ['.errors.log.lock', alive],
    ['notes.tmp', 'x'],
    ['operations.log.000001-aaaaaaaa.tmp', 'x'],
  ] as const) {
    writeFileSync(join(directory, name), text)
  }
  assert.deepEqual((await cleanUp(directory)).errors, [])
  assert.deepEqual(readdirSync(directory).sort(), [
    '.errors.log.lock',
    'archives',
    'notes.tmp',
    'operations.log.000001-aaaaaaaa.tmp',
  ])
  assert.deepEqual(readdirSync(join(directory, 'archives')), ['cleanup-history.jsonl'])
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
