import assert from 'node:assert/strict'
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { test } from 'node:test'
import type { LogQuery, SearchEnd } from '../../src/search/log-query.ts'
import { searchLogs } from '../../src/search/search-logs.ts'
import { PATIENCE } from '../support/patience.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

async function endOf(directory: string, query: LogQuery, signal?: AbortSignal): Promise<SearchEnd> {
  for await (const item of searchLogs(directory, query, signal ? { signal } : {})) {
    if (item.kind === 'end') return item
  }
  throw new Error('a search without an end')
}

function linesOf(message: string, lines: number): string {
  const text = Array.from({ length: lines }, (_, seq) => {
    const timestamp = new Date(Date.UTC(2026, 9, 25) + seq * 1000).toISOString()
    const line = { timestamp, level: 'INFO', event: 'e', task_id: 't', user_id: 1, writer: 'w', seq, message }
    return `${JSON.stringify(line)}\n`
  })
  return text.join('')
}

function folderOf(message: string, lines: number): string {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'operations.log'), linesOf(message, lines))
  return directory
}

test('catastrophic regular expressions end, and do not hold up the event loop', async () => {
  const directory = folderOf(`${'ab'.repeat(20_000)}cx`, 20)
  for (const regex of [
    '(a+)+$',
    '(a|b)*a(a|b){12}c$',
    '(a|aa)+$',
    '(.*)*x$',
    '([a-m].{30}|[n-y].{20})[a-f]c$',
  ]) {
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    await endOf(directory, { regex })
    delay.disable()
    const delay_ms = delay.percentile(90) / 1e6
    // 50 ms on a quiet machine. Who never lets go holds it up for seconds.
    assert.ok(delay_ms < 200 * PATIENCE, `${regex}: ${delay_ms} ms`)
  }
})

test('expressions that are too long, too large or wrong are refused, and say so', async () => {
  const directory = temporaryDirectory()
  for (const regex of ['x'.repeat(1001), '(a{1000}){1000}', '(a?){900}b{900}', '(', '(?<=a)b', '(a)\\1']) {
    await assert.rejects(endOf(directory, { regex }), { code: 'usage' }, regex)
  }
  for (const query of [
    { text: 'a', regex: 'b' },
    { status: '>=' },
    { limit: 0 },
    { limit: 10_001 },
    { context: 51 },
    { since_ms: 5, until_ms: 5 },
    { min_duration_ms: 2, max_duration_ms: 1 },
  ]) {
    await assert.rejects(endOf(directory, query), { code: 'usage' }, JSON.stringify(query))
  }
})

test('a search whose time is up says so, and its cursors lead to the end', async () => {
  const directory = folderOf('some words that are looked for', 60_000)
  let rounds = 0
  for (let cursor: string | null | undefined; cursor !== null; rounds++) {
    const end = await endOf(directory, {
      regex: 'nothing (like|as) this+$|s.*x',
      time_budget_ms: 40,
      ...(cursor === undefined ? {} : { cursor }),
    })
    if (rounds === 0) assert.equal(end.cut, 'time')
    cursor = end.next_cursor
    assert.ok(rounds < 1000)
  }
  assert.ok(rounds > 1)
})

test('an aborted search ends with the reason of its signal', async () => {
  const directory = folderOf('words', 1000)
  const abort = new AbortController()
  const search = searchLogs(directory, { text: 'words' }, { signal: abort.signal })
  await search.next()
  abort.abort(new Error('enough'))
  await assert.rejects(async () => {
    for await (const _ of search);
  }, /enough/)
})

test('the newest lines of a stream of 3 GB are read from its end, and nothing else of it', async () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'api_calls.log')
  writeFileSync(path, '\n')
  // A hole: it takes no room on the disk, but seconds to search.
  truncateSync(path, 3_000_000_000)
  appendFileSync(path, `\n${linesOf('some words', 20_000)}`)
  const { hits, cut, bytes_read } = await endOf(directory, { limit: 100 })
  assert.deepEqual([hits, cut], [100, 'limit'])
  // Of the lines before, those of ten minutes: any of them could be a newer one that was written late.
  assert.ok(bytes_read < 512 * 1024, `${bytes_read} bytes`)
})
