import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../src/store/open-store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { readLines, withoutCopies } from './support/log-lines.ts'

const WRITERS = 8
const SYNCS = process.env['LONG_TESTS'] === '1' ? 500 : 25

it('takes reports from 8 processes into one database and one log directory without an error', async () => {
  const directory = temporaryDirectory()
  const [database, logs] = [join(directory, 'syncs.db'), join(directory, 'logs')]
  // One has made it when the others come.
  await (await openStore(`sqlite:${database}`)).close()
  const child = fileURLToPath(new URL('./children/report.ts', import.meta.url))
  const reported = await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const started = fork(child, [database, logs, `w${writer}`, String(SYNCS)])
      const [failures] = (await once(started, 'message')) as [string[]]
      await once(started, 'exit')
      return failures
    }),
  )
  assert.deepEqual(reported.flat(), [])
  await using store = await openStore(`sqlite:${database}`)
  const syncs = await store.syncs.listSyncs({ limit: 10_000 })
  const ended = syncs.filter(
    ({ sync_status, courses_processed }) => sync_status === 'completed' && courses_processed === 1,
  )
  assert.equal(ended.length, WRITERS * SYNCS)
  assert.equal((await store.syncs.getSyncByTaskId('shared'))?.courses_processed, WRITERS * SYNCS)
  const lines = withoutCopies(readLines(logs))
  // A start, a course, an end, and the course of the shared sync.
  assert.equal(lines.length, WRITERS * SYNCS * 4)
})
