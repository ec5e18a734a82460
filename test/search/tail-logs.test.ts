import assert from 'node:assert/strict'
import { appendFileSync, copyFileSync, renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TailItem, TailQuery } from '../../src/search/tail-query.ts'
import { tailLogs } from '../../src/search/tail-logs.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

function own(seq: number, level: string = 'INFO', stream_ms: number = 0): string {
  const timestamp = new Date(Date.UTC(2026, 9, 25) + seq * 1000 + stream_ms).toISOString()
  const line = { timestamp, level, event: 'e', task_id: null, user_id: 1, writer: 'w', seq, message: 'text' }
  return `${JSON.stringify(line)}\n`
}

/** Follows a folder; what a test asks for is read until everything there is was given. */
class Tail {
  readonly #items: AsyncGenerator<TailItem>
  position = ''

  constructor(directory: string, query: TailQuery = {}) {
    this.#items = tailLogs(directory, query, { poll_ms: 1 })
  }

  /** Numbers of lines, names of gaps. */
  async untilIdle(): Promise<(number | string | null)[]> {
    const given: (number | string | null)[] = []
    for (;;) {
      const { value, done } = await this.#items.next()
      if (done === true) return given
      this.position = value.position
      if (value.kind === 'idle') return given
      given.push(value.kind === 'gap' ? value.reason : (value.entry?.seq ?? value.line))
    }
  }

  async close(): Promise<void> {
    await this.#items.return(undefined)
  }
}

test('the last lines come first, then what is appended; half a line is waited for', async (t) => {
  const directory = temporaryDirectory()
  const live = join(directory, 'operations.log')
  writeFileSync(live, own(1) + own(2) + own(3))
  const tail = new Tail(directory, { last: 2 })
  t.after(() => tail.close())
  assert.deepEqual(await tail.untilIdle(), [2, 3])
  appendFileSync(live, own(4) + own(5).slice(0, 30))
  assert.deepEqual(await tail.untilIdle(), [4])
  appendFileSync(live, own(5).slice(30))
  assert.deepEqual(await tail.untilIdle(), [5])
})

test('of two streams, lines that are there together come by time, and filters hold', async (t) => {
  const directory = temporaryDirectory()
  const tail = new Tail(directory, { level: 'WARNING' })
  t.after(() => tail.close())
  assert.deepEqual(await tail.untilIdle(), [])
  writeFileSync(join(directory, 'operations.log'), own(1, 'ERROR') + own(3, 'WARNING') + own(4))
  writeFileSync(join(directory, 'errors.log'), own(2, 'ERROR', 1) + own(5, 'ERROR'))
  const given: (number | string | null)[] = []
  while (given.length < 4) given.push(...(await tail.untilIdle()))
  assert.deepEqual(new Set(given), new Set([1, 2, 3, 5]))
  assert.equal(given.length, 4)
})

test('several rotations between two looks lose nothing, whoever rotated', async (t) => {
  const directory = temporaryDirectory()
  const live = join(directory, 'operations.log')
  writeFileSync(live, own(1))
  const tail = new Tail(directory)
  t.after(() => tail.close())
  assert.deepEqual(await tail.untilIdle(), [])
  for (let seq = 2; seq < 8; seq++) {
    appendFileSync(live, own(seq))
    renameSync(live, join(directory, `operations.log.00000${seq}-aaaaaaaa`))
    writeFileSync(live, '')
  }
  appendFileSync(live, own(8))
  assert.deepEqual(await tail.untilIdle(), [2, 3, 4, 5, 6, 7, 8])
  // As logrotate and Python do it.
  for (const seq of [9, 10]) {
    appendFileSync(live, own(seq))
    if (seq === 10) renameSync(`${live}.1`, `${live}.2`)
    renameSync(live, `${live}.1`)
    writeFileSync(live, '')
  }
  appendFileSync(live, own(11))
  assert.deepEqual(await tail.untilIdle(), [9, 10, 11])
})

test('a file that is copied and cut is followed into the copy, and from its start again', async (t) => {
  const directory = temporaryDirectory()
  const live = join(directory, 'operations.log')
  writeFileSync(live, own(1))
  const tail = new Tail(directory)
  t.after(() => tail.close())
  assert.deepEqual(await tail.untilIdle(), [])
  appendFileSync(live, own(2))
  assert.deepEqual(await tail.untilIdle(), [2])
  appendFileSync(live, own(3))
  copyFileSync(live, `${live}.1`)
  truncateSync(live)
  appendFileSync(live, own(4) + own(5) + own(6) + own(7))
  assert.deepEqual(await tail.untilIdle(), [3, 4, 5, 6, 7])
  truncateSync(live)
  appendFileSync(live, own(8))
  assert.deepEqual(await tail.untilIdle(), ['truncated', 8])
})

test('a position goes on where it was, and says when the place is gone', async (t) => {
  const directory = temporaryDirectory()
  const live = join(directory, 'operations.log')
  writeFileSync(live, own(1))
  const first = new Tail(directory, { last: 1 })
  assert.deepEqual(await first.untilIdle(), [1])
  await first.close()
  appendFileSync(live, own(2))
  renameSync(live, join(directory, 'operations.log.000001-aaaaaaaa'))
  writeFileSync(live, own(3))
  const second = new Tail(directory, { after: first.position })
  assert.deepEqual(await second.untilIdle(), [2, 3])
  await second.close()
  unlinkSync(join(directory, 'operations.log.000001-aaaaaaaa'))
  const third = new Tail(directory, { after: first.position })
  t.after(() => third.close())
  assert.deepEqual(await third.untilIdle(), ['deleted', 3])
  await assert.rejects(new Tail(directory, { after: '?' }).untilIdle(), { code: 'usage' })
})

test('a tail whose signal aborts ends', async () => {
  const abort = new AbortController()
  const items = tailLogs(temporaryDirectory(), {}, { signal: abort.signal })
  assert.equal((await items.next()).value?.kind, 'idle')
  const next = items.next()
  abort.abort()
  assert.equal((await next).done, true)
})

test('a tail that is aborted while it looks for the last lines ends like any other', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'operations.log'), '{"timestamp":"2026-10-25T00:00:00.000Z","message":"m"}\n')
  const items = tailLogs(directory, { last: 1 }, { signal: AbortSignal.abort() })
  assert.equal((await items.next()).done, true)
})
