import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { CleanupReport } from '../../../src/logs/cleanup/cleanup-report.ts'
import { LogDirectory } from '../../../src/logs/cleanup/log-directory.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { runWriter } from '../writing/children/run-writer.ts'
import { checkLines } from '../writing/line-checker.ts'
import { streamFiles, streamText, temporaryDirectory } from '../writing/log-directory.ts'
import { hookChanges } from './call-hook.ts'
import {
  archiveNames,
  assertSameLines,
  leftovers,
  plantLog,
  readArchive,
  textEverywhere,
} from './log-folder.ts'
import { cleanUp } from './run-cleanup.ts'

const EVERYTHING = { max_lines: 10, archive_days: 0, delete_days: 30 }

function cleanEverything(directory: string): Promise<CleanupReport> {
  return cleanUp(directory, EVERYTHING)
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

test('what a late writer adds to a file that is being shortened is archived too', async (t) => {
  const directory = temporaryDirectory(t)
  const planted = plantLog(directory, 'operations', { number: 1, lines: 40 })
  const path = join(directory, planted.name)
  const added: string[] = []
  const unhook = await hookChanges((call, target) => {
    const is_moment = (call === 'open' || call === 'rename') && String(target).startsWith(`${path}.`)
    if (!is_moment) return
    const line = `{"writer":"late","seq":${added.length + 1}}\n`
    appendFileSync(path, line)
    added.push(line)
  })
  try {
    assert.deepEqual((await cleanUp(directory, { max_lines: 10, archive_days: 7 })).errors, [])
  } finally {
    unhook()
  }
  assert.equal(added.length, 2)
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 11)
  assertSameLines(textEverywhere(directory, 'operations'), planted.text + added.join(''))
})

test('a line that is half written is waited for, and not torn in two', async (t) => {
  const directory = temporaryDirectory(t)
  for (const number of [1, 2]) {
    const { name } = plantLog(directory, 'operations', { number, lines: 40 })
    appendFileSync(join(directory, name), '{"writer":"slow",')
  }
  const before = streamFiles(directory, 'operations').map((path) => readFileSync(path, 'utf8'))
  const rest = '"seq":1}\n'
  class WriterClock extends FakeClock {
    override async sleep(duration_ms: number): Promise<void> {
      for (const path of streamFiles(directory, 'operations')) {
        if (!readFileSync(path, 'utf8').endsWith('\n')) appendFileSync(path, rest)
      }
      await super.sleep(duration_ms)
    }
  }
  const logs = new LogDirectory({ directory, clock: new WriterClock({ auto: true }) })
  await logs.startCleanup({ max_lines: 10, archive_days: 7, delete_days: 30 })
  assert.deepEqual((await logs.finished())?.errors, [])
  const archived = archiveNames(directory).map((name) => readArchive(directory, name).text)
  for (const text of [...archived, streamText(directory, 'operations')]) assert.ok(text.endsWith('}\n'))
  assert.equal(
    archived.join('') + streamText(directory, 'operations'),
    before.map((text) => text + rest).join(''),
  )
})

test('a file that is deleted as the oldest while it is shortened does not come back', async (t) => {
  const directory = temporaryDirectory(t)
  const { name, text } = plantLog(directory, 'operations', { number: 1, lines: 40 })
  const path = join(directory, name)
  const unhook = await hookChanges((call, target) => {
    if (call === 'open' && String(target).startsWith(`${path}.`)) rmSync(path)
  })
  try {
    assert.deepEqual((await cleanUp(directory, { max_lines: 10 })).errors, [])
  } finally {
    unhook()
  }
  assert.deepEqual([streamFiles(directory, 'operations'), leftovers(directory)], [[], []])
  assert.equal(
    textEverywhere(directory, 'operations'),
    text
      .split(/(?<=\n)/)
      .slice(0, 30)
      .join(''),
  )
})

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
  const lines = 6000
  const processes = writers.map((writer) => runWriter({ directory, writer, lines, max_bytes: 65_536 }))
  const writing = { going_on: true }
  const ended = Promise.all(processes.map((each) => each.ended)).finally(() => {
    writing.going_on = false
  })
  const logs = new LogDirectory({ directory })
  let [archived, shortened] = [0, 0]
  for (let [run, last_run] = [0, false]; !last_run; run++) {
    last_run = !writing.going_on
    await logs.startCleanup({ max_lines: 150, archive_days: run % 5 === 4 ? 0 : 7, delete_days: 30 })
    const report = await logs.finished()
    assert.deepEqual(report?.errors, [])
    archived += report?.files_archived ?? 0
    shortened += report?.files_shortened ?? 0
  }
  assert.deepEqual(await ended, [0, 0])
  const text = textEverywhere(directory, 'operations')
  const acknowledged = new Map(writers.map((writer) => [writer, lines]))
  const { lost, torn, clashes, unknown } = checkLines(text, acknowledged)
  assert.deepEqual({ lost, torn, clashes, unknown }, { lost: 0, torn: 0, clashes: 0, unknown: 0 })
  assert.deepEqual(leftovers(directory), [])
  t.diagnostic(`${archived} files archived, ${shortened} shortened`)
  assert.ok(archived > 0 && shortened > 0, `${archived} files archived, ${shortened} shortened`)
})
