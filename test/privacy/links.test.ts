import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { analyzeLogs } from '../../src/analysis/analyze-logs.ts'
import { LOG_STREAMS } from '../../src/core/log-event.ts'
import { readLogs } from '../../src/logs/reading/read-logs.ts'
import { openFileLogWriter } from '../../src/logs/writing/file-log-writer.ts'
import { searchLogs } from '../../src/search/search-logs.ts'
import { tailLogs } from '../../src/search/tail-logs.ts'
import { runMain } from '../cli/support/run-main.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const LINE = `${JSON.stringify({
  timestamp: '2026-11-22T10:15:00.000Z',
  level: 'ERROR',
  event: 'elsewhere',
  task_id: 'of another program',
  user_id: null,
  writer: 'w',
  seq: 1,
  message: 'This file is none of ours.',
})}\n`

for (const stream of LOG_STREAMS) {
  test(`a link in the place of ${stream}.log, or of a rotated file or archive of it, is followed by nobody`, async () => {
    const folder = temporaryDirectory()
    const outside = join(folder, 'outside.log')
    writeFileSync(outside, LINE)
    const before = statSync(outside, { bigint: true })
    const directory = join(folder, 'logs')
    mkdirSync(join(directory, 'archives'), { recursive: true })
    const links = [
      `${stream}.log`,
      `${stream}.log.1`,
      `${stream}.log.000001-aaaaaaaa`,
      `${stream}.log.2.gz`,
      `archives/${stream}_20200101_000000.tar.gz`,
    ].map((name) => join(directory, name))
    for (const link of links) symlinkSync(outside, link)

    assert.throws(() => openFileLogWriter({ directory }), { code: 'not_writable', message: /symbolic link/ })
    const seen: unknown[] = []
    for await (const entry of readLogs({ directory })) seen.push(entry)
    for await (const item of searchLogs(directory, { text: 'none of ours' })) {
      if (item.kind === 'hit') seen.push(item)
    }
    for await (const item of tailLogs(directory, { last: 10 })) {
      if (item.kind === 'idle') break
      seen.push(item)
    }
    const report = await analyzeLogs({ directory, max_workers: 0 })
    // The writer has made the files of the streams before this one; they are empty.
    seen.push(...report.sources.filter((source) => source.stream === stream).map(({ name }) => name))
    assert.deepEqual(seen, [])

    const cleanup = ['logs', 'cleanup', '--archive-days', '0', '--max-lines', '1', '--delete-days', '1']
    await runMain([...cleanup, '--log-dir', directory])
    assert.equal(readFileSync(outside, 'utf8'), LINE)
    assert.equal(statSync(outside, { bigint: true }).mtimeNs, before.mtimeNs)
    for (const link of links) assert.ok(lstatSync(link).isSymbolicLink(), `${link} is left as it was`)
  })
}
