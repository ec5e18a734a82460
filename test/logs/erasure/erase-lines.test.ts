import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as fc from '../../support/fast-check.ts'
import { LOG_STREAMS } from '../../../src/core/log-event.ts'
import { CleanupLock } from '../../../src/logs/cleanup/cleanup-lock.ts'
import { eraseLines, type ErasedLines } from '../../../src/logs/erasure/erase-lines.ts'
import { withoutTheirLines } from '../../../src/logs/erasure/filter-lines.ts'
import { WhoseLine } from '../../../src/logs/erasure/whose-line.ts'
import { readLogs } from '../../../src/logs/reading/read-logs.ts'
import { openFileLogWriter } from '../../../src/logs/writing/file-log-writer.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { logLine } from '../../support/log-line-factory.ts'
import { archiveNames, leftovers } from '../cleanup/log-folder.ts'
import { cleanUp } from '../cleanup/run-cleanup.ts'
import { temporaryDirectory } from '../writing/log-directory.ts'

const PERSON = { user_id: '4711', task_ids: new Set(['their-task']) }

const erase = (directory: string, person = PERSON): Promise<ErasedLines> =>
  eraseLines(directory, person, { clock: new FakeClock() })

const THEIRS = [
  logLine({ user_id: 4711, task_id: 'a' }),
  logLine({ user_id: '4711', task_id: 'b' }),
  logLine({ user_id: null, task_id: 'their-task' }),
  `${JSON.stringify({ timestamp: '2026-11-20 10:00:00', level: 'INFO', message: 'Sync started', extra_user_id: 4711 })}\n`,
  logLine({ user_id: 4711 })
    .replaceAll('4711', String.raw`"\u0034711"`)
    .replaceAll('""', '"'),
]
const OTHERS = [
  logLine({ user_id: 47_110, task_id: 'c' }),
  logLine({ user_id: 42, fields: { course_id: '4711' } }),
  logLine({ user_id: null, task_id: 'their-task-2', message: 'Course 4711: completed.' }),
  'a line that is none of ours\n',
]

const rotated = (number: number): string => `operations.log.00000${number}-aaaaaaa${number}`

async function everything(directory: string): Promise<string> {
  let text = ''
  for await (const entry of readLogs({ directory })) text += `${JSON.stringify(entry)}\n`
  return text
}

/** The raw text of every file of the folder. */
function rawText(directory: string): string {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => /\.log|\.gz/.test(path))
    .map((path) => {
      const bytes = readFileSync(path)
      return (path.endsWith('gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    })
    .join('')
}

describe('the lines of a person', () => {
  it('go from live, rotated, compressed and archived files, and all others stay as they were', async (t) => {
    const directory = temporaryDirectory(t)
    const mixed = OTHERS.flatMap((line, at) => [line, THEIRS[at] ?? '']).join('') + THEIRS.slice(4).join('')
    writeFileSync(join(directory, rotated(1)), mixed)
    await cleanUp(directory, { max_lines: 1, archive_days: 0 })
    assert.equal(archiveNames(directory).length, 1)
    writeFileSync(join(directory, rotated(2)), mixed)
    writeFileSync(join(directory, 'errors.log.1'), mixed)
    writeFileSync(join(directory, 'database.log.2.gz'), gzipSync(mixed))
    writeFileSync(join(directory, 'operations.log'), mixed)
    writeFileSync(join(directory, 'progress.log'), OTHERS.join(''))
    const erased = await erase(directory)
    const places = 5
    assert.deepEqual(erased, {
      files: 4,
      archives: 1,
      lines: THEIRS.length * places,
      suspicious_lines: 0,
      lines_left: 0,
      failures: [],
    })
    const text = rawText(directory)
    for (const line of OTHERS) {
      assert.equal(text.split(line).length - 1, places + 1, line)
    }
    for (const line of THEIRS) assert.ok(!text.includes(line), line)
    assert.deepEqual(leftovers(directory), [])
    assert.equal(readFileSync(join(directory, 'progress.log'), 'utf8'), OTHERS.join(''))
    assert.deepEqual(await erase(directory), { ...erased, files: 0, archives: 0, lines: 0 })
  })

  it('go with the traceback that follows them', async (t) => {
    const directory = temporaryDirectory(t)
    const traceback =
      'Traceback (most recent call last):\n  File "x.py", line 1\nValueError: of somebody 4711\n'
    writeFileSync(
      join(directory, 'errors.log.1'),
      `${THEIRS[0] ?? ''}${traceback}${OTHERS[0] ?? ''}${traceback}`,
    )
    const erased = await erase(directory)
    assert.equal(erased.lines_left, 0)
    assert.equal(
      readFileSync(join(directory, 'errors.log.1'), 'utf8'),
      `${OTHERS[0] ?? ''}${traceback}`,
      'the traceback of another line stays',
    )
  })

  it('are told as suspicious where nobody can read them, and as a failure where the file is damaged', async (t) => {
    const directory = temporaryDirectory(t)
    writeFileSync(join(directory, rotated(1)), `4711 was here\n${THEIRS.join('')}`)
    mkdirSync(join(directory, 'archives'))
    writeFileSync(join(directory, 'archives', 'errors_20261101_000000.tar.gz'), 'no archive')
    const { suspicious_lines, lines, failures } = await erase(directory)
    assert.equal(suspicious_lines, 1)
    assert.equal(lines, THEIRS.length)
    assert.deepEqual(
      failures.map(({ file }) => file),
      ['archives/errors_20261101_000000.tar.gz'],
    )
    assert.equal(readFileSync(join(directory, rotated(1)), 'utf8'), '4711 was here\n')
  })

  it('go while others write, of whose lines none is lost or doubled', async (t) => {
    const directory = temporaryDirectory(t)
    const clock = new FakeClock()
    const writer = openFileLogWriter({
      directory,
      clock,
      streams: { operations: { max_bytes: 20_000, backups: 500 } },
    })
    let written = 0
    const write = (count: number): void => {
      for (let at = 0; at < count; at++) {
        const user_id = written % 3 === 0 ? 4711 : 42
        const event = { level: 'INFO', event: 'course_finished', task_id: 't', user_id } as const
        writer.write('operations', { ...event, fields: { count: written++ }, message: 'Course: completed.' })
      }
    }
    write(300)
    await writer.flush()
    const { lines } = await eraseLines(directory, PERSON, {
      clock,
      onProgress: () => {
        write(30)
        void writer.flush()
      },
    })
    assert.ok(lines >= 100, String(lines))
    await writer.close()
    const after = await erase(directory)
    assert.equal(after.lines_left, 0)
    const counts: number[] = []
    for await (const entry of readLogs({ directory })) counts.push(Number(entry.fields['count']))
    const wanted = Array.from({ length: written }, (_, at) => at).filter((at) => at % 3 !== 0)
    assert.deepEqual(
      counts.toSorted((a, b) => a - b),
      wanted,
    )
  })

  it('stay while a clean-up has the folder, and nothing is made where there is no folder', async (t) => {
    const directory = temporaryDirectory(t)
    const lock = new CleanupLock(join(directory, '.cleanup.lock'), new FakeClock())
    appendFileSync(join(directory, 'operations.log'), THEIRS.join(''))
    assert.equal(lock.tryAcquire('log-cleanup-1'), undefined)
    await assert.rejects(erase(directory), { code: 'already_running' })
    lock.release()
    assert.equal((await erase(directory)).lines, THEIRS.length)
    const missing = join(directory, 'missing')
    assert.equal((await erase(missing)).lines, 0)
    assert.ok(!readdirSync(directory).includes('missing'))
    assert.equal(await everything(directory), '')
  })

  it('are told from others the same, however the bytes come', async () => {
    const line = fc.constantFrom(...THEIRS, ...OTHERS, '\n', '  File "x.py"\n', 'ValueError: x\n')
    const input = fc.tuple(
      fc.array(line, { maxLength: 30 }),
      fc.array(fc.nat(400), { maxLength: 40 }),
      fc.boolean(),
    )
    await fc.assert(
      fc.asyncProperty(input, fc.constantFrom(...LOG_STREAMS), async ([lines, cuts, torn], stream) => {
        const text = torn ? lines.join('').slice(0, -1) : lines.join('')
        const bytes = Buffer.from(text)
        async function* chunks(): AsyncGenerator<Buffer> {
          let at = 0
          for (const cut of cuts) {
            yield bytes.subarray(at, at + cut)
            at += cut
          }
          yield bytes.subarray(at)
        }
        const counts = { erased: 0, suspicious: 0 }
        const kept: Buffer[] = []
        for await (const piece of withoutTheirLines(chunks(), new WhoseLine(PERSON, stream), counts)) {
          kept.push(Buffer.from(piece))
        }
        const whose = new WhoseLine(PERSON, stream)
        const pieces = text.split(/(?<=\n)/).filter((piece) => piece !== '')
        const wanted = pieces.filter((piece) => whose.of(piece.replace(/\n$/, '')) !== 'theirs')
        assert.equal(Buffer.concat(kept).toString(), wanted.join(''))
        assert.equal(counts.erased, pieces.length - wanted.length)
      }),
      { numRuns: 200 },
    )
  })
})
