import assert from 'node:assert/strict'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LogDirectory } from '../../src/logs/cleanup/log-directory.ts'
import type { LogQuery, SearchEnd, SearchHit } from '../../src/search/log-query.ts'
import { searchLogs } from '../../src/search/search-logs.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const START_MS = Date.UTC(2026, 9, 25)

function own(seq: number, message: string = 'text', writer: string = 'w'): string {
  const timestamp = new Date(START_MS + seq * 1000).toISOString()
  const line = { timestamp, level: 'INFO', event: 'e', task_id: null, user_id: 1, writer, seq, message }
  return `${JSON.stringify(line)}\n`
}

const legacy = (number: number): string => `[2026-10-25 00:00:07] INFO: old line ${number}\n`

async function page(directory: string, query: LogQuery): Promise<{ hits: SearchHit[]; end: SearchEnd }> {
  const hits: SearchHit[] = []
  for await (const item of searchLogs(directory, query)) {
    if (item.kind === 'hit') hits.push(item)
    if (item.kind === 'end') return { hits, end: item }
  }
  throw new Error('a search without an end')
}

test('pages give every line once though lines are appended, files rotated and archived between them', async () => {
  for (const order of ['newest', 'oldest'] as const) {
    const directory = temporaryDirectory()
    const live = join(directory, 'operations.log')
    const numbers = Array.from({ length: 40 }, (_, at) => at + 1)
    const texts = [...numbers.map((seq) => own(seq)), ...[1, 2, 3, 2, 5].map(legacy)]
    writeFileSync(live, texts.join(''))
    await using logs = new LogDirectory({ directory })
    const seen: string[] = []
    let cursor: string | null = null
    for (let number = 0; number === 0 || cursor !== null; number++) {
      const { hits, end }: { hits: SearchHit[]; end: SearchEnd } = await page(directory, {
        order,
        limit: 3,
        ...(cursor === null ? {} : { cursor }),
      })
      seen.push(...hits.map(({ line }) => line))
      cursor = end.next_cursor
      assert.ok(number < 100)
      if (number === 2) renameSync(live, join(directory, 'operations.log.000001-aaaaaaaa'))
      if (number === 4) {
        await logs.startCleanup({ max_lines: 0, archive_days: 0, delete_days: 100 })
        assert.deepEqual((await logs.finished())?.errors, [])
      }
      if (order === 'newest') appendFileSync(live, own(1000 + number))
    }
    const expected = texts.map((text) => text.trimEnd())
    assert.deepEqual(seen.toSorted(), expected.toSorted())
    const old = seen.filter((line) => line.startsWith('[')).map((line) => line.at(-1))
    assert.deepEqual(order === 'oldest' ? old : old.toReversed(), ['1', '2', '3', '2', '5'])
  }
})

test('a cursor of another search, and one that is none, are refused', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'operations.log'), own(1) + own(2))
  const { end } = await page(directory, { text: 'text', limit: 1 })
  assert.equal(end.cut, 'limit')
  const cursor = end.next_cursor ?? ''
  await assert.rejects(page(directory, { text: 'other', cursor }), { code: 'usage' })
  await assert.rejects(page(directory, { text: 'text', cursor: 'x' }), { code: 'usage' })
  assert.equal((await page(directory, { text: 'text', cursor })).hits[0]?.entry.seq, 1)
})

test('lines around a hit are given, beyond blocks, and not beyond the file', async () => {
  const directory = temporaryDirectory()
  const long = 'x'.repeat(50_000)
  const lines = Array.from({ length: 30 }, (_, at) =>
    own(at + 1, at === 0 || at === 15 ? `hit ${long}` : long),
  )
  writeFileSync(join(directory, 'operations.log'), lines.join(''))
  for (const order of ['newest', 'oldest'] as const) {
    const { hits } = await page(directory, { text: 'hit', context: 10, order })
    const [last, first] = order === 'newest' ? hits : hits.toReversed()
    const seqOf = (line: string): number => Number(/"seq":(\d+)/.exec(line)?.[1])
    assert.deepEqual(last?.before.map(seqOf), [6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    assert.deepEqual(last.after.map(seqOf), [17, 18, 19, 20, 21, 22, 23, 24, 25, 26])
    assert.deepEqual(first?.before, [])
    assert.deepEqual(first.after.map(seqOf), [2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    assert.deepEqual(new Set(last.before.map((line) => line.length)), new Set([8192]))
  }
})

test('a cursor that somebody made up is refused, and stops nothing', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'operations.log'), own(1) + own(2) + legacy(1) + legacy(2))
  const { end } = await page(directory, { limit: 1 })
  const given = JSON.parse(Buffer.from(end.next_cursor ?? '', 'base64url').toString()) as {
    q: string
    t: number
  }
  const { q, t } = given
  const made_up = [
    { q, t, n: -5, h: 'x' },
    { q, t, n: 0, h: 'x' },
    { q, t, n: 1.5, h: 'x' },
    { q, t, n: 1e300, h: 'x' },
    { q, t, n: 1 },
    { q, t, h: 'x' },
    { q, t, w: 'w' },
    { q, t, w: 'w', s: 0.5 },
    { q, t, w: 'w', s: 1, n: 1, h: 'x' },
    { q, t: 9e15 },
    { q, t: -9e15 },
    { q, t: '0' },
    { q },
    [],
    null,
  ]
  for (const place of made_up) {
    const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
    await assert.rejects(page(directory, { limit: 1, cursor }), { code: 'usage' }, JSON.stringify(place))
  }
})

test('the pages of lines with a number that no writer counts to come to an end', async () => {
  const directory = temporaryDirectory()
  const lines = ['1e999', '-1', '0.5', '1e300'].map((seq) => own(1).replace('"seq":1', `"seq":${seq}`))
  writeFileSync(join(directory, 'operations.log'), lines.join(''))
  const seen: (number | null)[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { hits, end } = await page(directory, { limit: 1, ...(cursor === undefined ? {} : { cursor }) })
    seen.push(...hits.map(({ entry }) => entry.seq))
    assert.ok(seen.length <= 4)
    cursor = end.next_cursor
  }
  assert.deepEqual(seen, [null, null, null, null])
})

test('a secret that an earlier system wrote does not leave, in whatever part of a hit', async () => {
  const directory = temporaryDirectory()
  const secret = '12345~abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01'
  const line = `[2026-10-25 00:00:07] INFO: GET /x?access_token=${secret} for anna.muster@school.edu\n`
  writeFileSync(join(directory, 'operations.log'), line.repeat(3))
  const { hits } = await page(directory, { text: secret, context: 2 })
  assert.equal(hits.length, 3)
  assert.doesNotMatch(JSON.stringify(hits), /abcdefghij|anna/)
})

test('a secret in the id, event, writer or a name of a line does not leave either', async () => {
  const directory = temporaryDirectory()
  const secret = 'token=12345~abcdefghijklmnopqrstuvwxyz anna.muster@school.edu'
  const base = { timestamp: '2026-10-25T00:00:07.000Z', level: 'INFO', event: 'x', writer: 'w', message: 'm' }
  const lines = ['event', 'task_id', 'user_id', 'writer', secret].map((name, at) =>
    JSON.stringify({ ...base, seq: at, [name]: name === secret ? 'value' : secret }),
  )
  const python = { timestamp: '2026-10-25 00:00:07', logger: 'x', message: 'm', extra_task_id: secret }
  const all = [
    ...lines,
    JSON.stringify(python),
    `[2026-10-25 00:00:07] Task: ${secret} | m | User: ${secret}`,
  ]
  writeFileSync(join(directory, 'operations.log'), `${all.join('\n')}\n`)
  const { hits } = await page(directory, { context: 1 })
  assert.equal(hits.length, 7)
  assert.doesNotMatch(JSON.stringify(hits), /abcdefghij|anna/)
})

test('a line may name a field as what every object has', async () => {
  const directory = temporaryDirectory()
  const names = '"__proto__":null,"constructor":1,"toString":"x"'
  writeFileSync(join(directory, 'operations.log'), own(1).replace('"seq":1', `"seq":1,${names}`))
  const { hits } = await page(directory, {})
  assert.ok(hits[0])
  assert.ok(JSON.stringify(hits[0].entry.fields).includes(names))
})
