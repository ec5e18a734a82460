import fc from '../support/fast-check.ts'
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { LogEntry } from '../../src/core/log-entry.ts'
import { LOG_LEVELS, type LogStream } from '../../src/core/log-event.ts'
import { parseLogLine } from '../../src/logs/reading/parse-line.ts'
import type { LogQuery, SearchEnd, SearchHit } from '../../src/search/log-query.ts'
import { searchLogs } from '../../src/search/search-logs.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { randomStream, WORDS, writeStream } from './support/random-folder.ts'

const root = temporaryDirectory()
const STREAMS = ['operations', 'api_calls', 'errors'] as const
const RUNS = Number(process.env['SEARCH_RUNS'] ?? 25)

interface Truth {
  readonly line: string
  readonly entry: LogEntry
}

/** The lines by reading everything, without looking for anything in bytes. */
function truth(lines: ReadonlyMap<LogStream, readonly string[]>, query: LogQuery): Truth[] {
  const found: Truth[] = []
  const seen = new Set<string>()
  for (const [stream, of_stream] of lines) {
    if (query.streams && !query.streams.includes(stream)) continue
    for (const line of of_stream) {
      const entry = parseLogLine(line, stream)
      if (!entry || !isMeant(line, entry, query)) continue
      const id = `${entry.writer} ${entry.seq} ${entry.timestamp_ms}`
      if (entry.writer !== null && seen.has(id)) continue
      seen.add(id)
      found.push({ line, entry })
    }
  }
  return found
}

function isMeant(line: string, entry: LogEntry, query: LogQuery): boolean {
  const { text, regex, ignore_case, level, event, task_id, user_id, course_id, status } = query
  const { since_ms = -Infinity, until_ms = Infinity, min_duration_ms, max_duration_ms } = query
  if (entry.timestamp_ms < since_ms || entry.timestamp_ms >= until_ms) return false
  if (text !== undefined && !textsOf(line).some((written) => holds(written, text, ignore_case === true)))
    return false
  const flags = ignore_case === true ? 'i' : ''
  if (regex !== undefined && !textsOf(line).some((written) => new RegExp(regex, flags).test(written)))
    return false
  if (level !== undefined && LOG_LEVELS.indexOf(entry.level) < LOG_LEVELS.indexOf(level)) return false
  if (event !== undefined && entry.event !== event) return false
  if (task_id !== undefined && entry.task_id !== task_id) return false
  if (user_id !== undefined && String(entry.user_id) !== user_id) return false
  if (course_id !== undefined && String(entry.fields['course_id']) !== course_id) return false
  if (status === '4xx' && Math.floor(Number(entry.fields['status']) / 100) !== 4) return false
  if (status === '>=400' && !(Number(entry.fields['status']) >= 400)) return false
  if (status === 'completed' && entry.fields['status'] !== 'completed') return false
  const duration = entry.fields['duration_ms']
  if (min_duration_ms !== undefined && !(Number(duration ?? Number.NaN) >= min_duration_ms)) return false
  return max_duration_ms === undefined || Number(duration ?? Number.NaN) <= max_duration_ms
}

function holds(written: string, text: string, ignore_case: boolean): boolean {
  return ignore_case ? written.toUpperCase().includes(text.toUpperCase()) : written.includes(text)
}

/** As written, and as JSON reads every string in it. */
function textsOf(line: string): string[] {
  const unescaped = line.replaceAll(/\\(u[\da-f]{4}|.)/g, (escape) => {
    try {
      return JSON.parse(`"${escape}"`) as string
    } catch {
      return escape
    }
  })
  return [line, unescaped]
}

async function search(directory: string, query: LogQuery): Promise<{ hits: SearchHit[]; end: SearchEnd }> {
  const hits: SearchHit[] = []
  for await (const item of searchLogs(directory, query)) {
    if (item.kind === 'hit') hits.push(item)
    if (item.kind === 'end') return { hits, end: item }
  }
  throw new Error('a search without an end')
}

async function pages(directory: string, query: LogQuery, limit: number): Promise<SearchHit[]> {
  const all: SearchHit[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { hits, end } = await search(directory, {
      ...query,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    })
    assert.ok(hits.length <= limit)
    all.push(...hits)
    cursor = end.next_cursor
    if (end.cut === null) assert.equal(cursor, null)
  }
  return all
}

const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 })
const START_MS = Date.UTC(2026, 9, 25, 0, 30)

const query = fc
  .record({
    text: maybe(
      fc.constantFrom(...WORDS.filter((word) => word !== ''), '"', '\\', 'extra', '"task_id":"task-1"', 'ü'),
    ),
    regex: maybe(fc.constantFrom('Z[QR]', 'a"b', '^\\{', 'sync (ZQ|404)', 'Pr.fung', 'kis+', 'courses/\\d')),
    ignore_case: maybe(fc.boolean()),
    streams: maybe(fc.subarray<LogStream>([...STREAMS], { minLength: 1 })),
    level: maybe(fc.constantFrom(...LOG_LEVELS)),
    event: maybe(fc.constantFrom('api_call', 'sync_started')),
    task_id: maybe(fc.constantFrom('task-1', 'task-9')),
    user_id: maybe(fc.constantFrom('1', '2')),
    course_id: maybe(fc.constantFrom('7', '14')),
    status: maybe(fc.constantFrom('4xx', '>=400', 'completed')),
    min_duration_ms: maybe(fc.constantFrom(0, 100, 150, 202)),
    max_duration_ms: maybe(fc.constantFrom(0, 150, 202, 1e9)),
    since_ms: maybe(fc.integer({ min: -600, max: 6000 }).map((second) => START_MS + second * 1000)),
    until_ms: maybe(fc.integer({ min: 6001, max: 30_000 }).map((second) => START_MS + second * 1000)),
    order: maybe(fc.constantFrom('newest' as const, 'oldest' as const)),
  })
  // One or two conditions at a time: more find nothing.
  .chain((full) => {
    const names = Object.keys(full) as (keyof typeof full)[]
    return fc.subarray(names, { maxLength: 5 }).map((kept) => {
      const picked = kept.filter(
        (name) => full[name] !== undefined && !(name === 'regex' && kept.includes('text')),
      )
      const { min_duration_ms: least = 0, max_duration_ms: most = Infinity } = full
      // The two the wrong way round are refused.
      return Object.fromEntries(
        picked
          .filter((name) => name !== 'max_duration_ms' || least <= most)
          .map((name) => [name, full[name]]),
      )
    })
  })

test('a search finds exactly the lines that reading everything finds, in order, on any pages', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(randomStream, { minLength: STREAMS.length, maxLength: STREAMS.length }),
      fc.array(query, { minLength: 3, maxLength: 6 }),
      fc.integer({ min: 3, max: 20 }),
      async (streams, queries, limit) => {
        const directory = mkdtempSync(join(root, 'folder-'))
        const lines = new Map(
          STREAMS.map((stream, at) => [stream, writeStream(directory, stream, streams[at]!).lines] as const),
        )
        for (const query of queries) {
          const { hits, end } = await search(directory, { ...query, limit: 10_000 })
          const expected = truth(lines, query)
          const asText = (line: string): string => line
          assert.deepEqual(
            hits.map(({ line }) => line).sort(),
            expected.map(({ line }) => asText(line)).sort(),
          )
          assert.deepEqual(end.unreadable, [])
          const times = hits.map(({ entry }) => entry.timestamp_ms)
          const sorted = times.toSorted((a, b) => (query.order === 'oldest' ? a - b : b - a))
          assert.deepEqual(times, sorted)
          const paged = await pages(directory, query, limit)
          assert.deepEqual(
            paged.map(({ source, offset }) => `${source} ${offset}`),
            hits.map(({ source, offset }) => `${source} ${offset}`),
          )
        }
      },
    ),
    { numRuns: RUNS },
  )
})
