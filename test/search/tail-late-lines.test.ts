import assert from 'node:assert/strict'
import { appendFileSync, closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LogDirectory } from '../../src/logs/cleanup/log-directory.ts'
import { tailLogs } from '../../src/search/tail-logs.ts'
import { encodePosition } from '../../src/search/tail-place.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const START = Date.UTC(2026, 10, 22)

const lineOf = (name: string, index: number): string => {
  const [writer, seq] = [name.slice(0, 1), Number(name.slice(1))]
  const timestamp = new Date(START + index).toISOString()
  const line = {
    timestamp,
    level: 'INFO',
    event: 'e',
    task_id: null,
    user_id: null,
    writer,
    seq,
    message: name,
  }
  return `${JSON.stringify(line)}\n`
}

const NAMES = ['a1', 'b1', 'c1', 'a2', 'a3', 'a4', 'b2', 'b3', 'b4', 'c2', 'c3']
const LINES = new Map(NAMES.map((name, index) => [name, lineOf(name, index)]))
const written = (names: readonly string[]): string => names.map((name) => LINES.get(name)).join('')

/** Reads on from a position: all there is, or so many lines. */
async function follow(directory: string, after: string, most = Infinity): Promise<[string[], string]> {
  const names: string[] = []
  let position = after
  for await (const item of tailLogs(directory, { streams: ['operations'], after }, { poll_ms: 1 })) {
    position = item.position
    if (item.kind === 'line') names.push(item.entry?.message ?? '?')
    else names.push(...(item.kind === 'gap' ? ['gap'] : []))
    if (names.length >= most || item.kind === 'idle') break
  }
  return [names, position]
}

/**
 * Lines that come to a file when it is in an archive already stand in no file; their writers see that and write them
 * again, in another order. Who follows may have read them in between.
 */
for (let stop = 0; stop <= 8; stop++) {
  test(`who leaves after ${stop} of the lines that came too late for an archive gets each line once`, async () => {
    const directory = temporaryDirectory()
    const live = join(directory, 'operations.log')
    writeFileSync(live, written(NAMES.slice(0, 3)))
    const late = openSync(live, 'a')
    const tail = tailLogs(
      directory,
      { streams: ['operations'], after: encodePosition({ operations: null }) },
      { poll_ms: 1 },
    )
    const given: string[] = []
    let position = ''
    const read = async (count: number): Promise<void> => {
      while (given.length < count) {
        const { value, done } = await tail.next()
        assert.ok(done !== true)
        position = value.position
        if (value.kind === 'line') given.push(value.entry?.message ?? '?')
      }
    }
    await read(3)
    await using logs = new LogDirectory({ directory })
    await logs.startCleanup({ max_lines: 0, archive_days: 0, delete_days: 1000 })
    assert.deepEqual((await logs.finished())?.errors, [])
    writeSync(late, written(NAMES.slice(3)))
    closeSync(late)
    const again = [...NAMES.slice(9), ...NAMES.slice(6, 9), ...NAMES.slice(3, 6)]
    appendFileSync(live, written(again))
    await read(3 + stop)
    await tail.return(undefined)
    // It leaves once more in the middle of what it had missed.
    const [some, then] = await follow(directory, position, 2)
    const [rest] = await follow(directory, then)
    const all = [...given, ...some, ...rest]
    assert.deepEqual(
      all.toSorted(),
      NAMES.toSorted(),
      `${given.join(' ')} | ${some.join(' ')} | ${rest.join(' ')}`,
    )
  })
}
