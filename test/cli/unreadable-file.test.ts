import assert from 'node:assert/strict'
import { appendFileSync, chmodSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { analyzeLogs } from '../../src/analysis/analyze-logs.ts'
import { tailLogs } from '../../src/search/tail-logs.ts'
import type { TailItem } from '../../src/search/tail-query.ts'
import { appendLines, logLine } from '../support/log-line-factory.ts'
import { asOrdinaryUser, no_rights } from '../support/ordinary-user.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { runMain } from './support/run-main.ts'

const NO_PERMISSION = 'there is no permission to read it (EACCES)'

/** As a user who may not read `errors.log`, in a folder with a line of `operations` too. */
function withUnreadableErrors(work: (directory: string) => Promise<void>): Promise<void> {
  return asOrdinaryUser(async () => {
    const directory = temporaryDirectory()
    appendLines(directory, 'operations', { message: 'seen' })
    appendLines(directory, 'errors', { message: 'hidden' })
    chmodSync(join(directory, 'errors.log'), 0)
    await work(directory)
  })
}

/** Texts of lines, names of gaps, until everything there is was given. */
async function untilIdle(items: AsyncGenerator<TailItem>): Promise<{ given: string[]; position: string }> {
  const given: string[] = []
  for (;;) {
    const { value, done } = await items.next()
    assert.ok(done !== true)
    if (value.kind === 'idle') return { given, position: value.position }
    given.push(
      value.kind === 'gap' ? `${value.stream} ${value.reason}` : (value.entry?.message ?? value.line),
    )
  }
}

test(
  'a log file that may not be read is told in the report, which is of the others',
  { skip: no_rights },
  () =>
    withUnreadableErrors(async (directory) => {
      for (const range of [[], ['--since', '2026-11-01']]) {
        const { code, stdout, stderr } = await runMain([
          'analyze',
          '--json',
          '--log-dir',
          directory,
          ...range,
        ])
        assert.equal(code, 0, stderr)
        const { total_lines, skipped } = JSON.parse(stdout) as Awaited<ReturnType<typeof analyzeLogs>>
        assert.equal(total_lines, 1)
        assert.deepEqual(skipped.unreadable_sources, [{ source: 'errors.log', reason: NO_PERMISSION }])
      }
    }),
)

test('a large file that may not be read is told once', { skip: no_rights }, () =>
  withUnreadableErrors(async (directory) => {
    const live = join(directory, 'errors.log')
    chmodSync(live, 0o600)
    truncateSync(live, 40 * 1_048_576)
    chmodSync(live, 0)
    const { skipped } = await analyzeLogs({ directory })
    assert.deepEqual(skipped.unreadable_sources, [{ source: 'errors.log', reason: NO_PERMISSION }])
  }),
)

test('logs tail tells of a file that may not be read and shows the others', { skip: no_rights }, () =>
  withUnreadableErrors(async (directory) => {
    const { code, stdout, stderr } = await runMain(['logs', 'tail', '--no-follow', '--log-dir', directory])
    assert.equal(code, 0)
    assert.match(stdout, /^\S+ \S+ INFO +operations nightly seen\n$/)
    assert.equal(stderr, 'Lines of errors cannot be read.\n')
  }),
)

test('the others are followed, and the file too once it may be read', { skip: no_rights }, (t) =>
  withUnreadableErrors(async (directory) => {
    const items = tailLogs(directory, { last: 5 }, { poll_ms: 1 })
    t.after(() => items.return(undefined))
    assert.deepEqual((await untilIdle(items)).given, ['seen', 'errors unreadable'])
    appendLines(directory, 'operations', { message: 'more' })
    assert.deepEqual((await untilIdle(items)).given, ['more'])
    chmodSync(join(directory, 'errors.log'), 0o600)
    assert.deepEqual((await untilIdle(items)).given, ['hidden'])
  }),
)

test('a rotated file that may not be read is told, and passed over', { skip: no_rights }, (t) =>
  withUnreadableErrors(async (directory) => {
    const live = join(directory, 'errors.log')
    const first = tailLogs(directory, { streams: ['errors'] }, { poll_ms: 1 })
    const { given, position } = await untilIdle(first)
    assert.deepEqual(given, ['errors unreadable'])
    await first.return(undefined)
    renameSync(live, `${live}.1`)
    writeFileSync(live, '')
    const last = tailLogs(directory, { streams: ['errors'], last: 5 }, { poll_ms: 1 })
    t.after(() => last.return(undefined))
    assert.deepEqual((await untilIdle(last)).given, ['errors unreadable'])
    const resumed = tailLogs(directory, { streams: ['errors'], after: position }, { poll_ms: 1 })
    t.after(() => resumed.return(undefined))
    assert.deepEqual((await untilIdle(resumed)).given, ['errors unreadable'])
    appendFileSync(live, logLine({ message: 'new' }))
    assert.deepEqual((await untilIdle(last)).given, ['new'])
    assert.deepEqual((await untilIdle(resumed)).given, ['new'])
  }),
)
