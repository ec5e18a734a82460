import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { LineWindow } from '../../../../dashboard/src/logs/line-window.ts'
import type { Side, WindowLimits } from '../../../../dashboard/src/logs/window-view.ts'
import { openGuardedServer } from '../../../api/support/guarded-server.ts'
import { writePastLogs } from '../../support/past-logs.ts'

const COUNT = 2000
const FROM_MS = Date.parse('2026-11-22T10:00:00.000Z')
const { server, directory } = await openGuardedServer({ requireToken: false })
await writePastLogs({
  directory: join(directory, 'logs'),
  count: COUNT,
  from_ms: FROM_MS,
  // Five of each millisecond: a page ends among lines of the same time.
  step_ms: 0.2,
  line: (number) => ({ stream: number % 3 === 0 ? 'api_calls' : 'operations', level: 'WARNING' }),
})
// A browser knows whose page it shows.
const { fetch } = globalThis
globalThis.fetch = (address, init) => fetch(`${server.url}${address as string}`, init)

const FILTERS = { task_id: 'nightly' }
const LIMITS = { rows: 400, page: 70 } as const

const numbers = (window: LineWindow): number[] =>
  window.get().rows.map(({ line }) => Number(/\d+/.exec(line?.message ?? '')?.[0]))

/** They follow each other with none missing and none twice. */
function assertInOrder(shown: readonly number[]): void {
  assert.deepEqual(
    shown.toSorted((a, b) => a - b),
    Array.from(shown, (_, at) => Math.min(...shown) + at),
  )
}

async function loadAll(window: LineWindow, side: Side): Promise<number> {
  let most = 0
  while (window.get()[side].state === 'more') {
    await window.load(side)
    // What is too much is let go in a turn of its own.
    await new Promise((resolve) => setTimeout(resolve, 0))
    most = Math.max(most, window.get().rows.length)
  }
  return most
}

const open = (start: 'newest' | 'oldest', limits: Partial<WindowLimits> = LIMITS): LineWindow =>
  new LineWindow(FILTERS, { from: start }, limits)

suite('the window of lines', () => {
  test('loads from the newest to the oldest, none missing and none twice', async () => {
    const window = open('newest', { page: 70 })
    await window.fill()
    assert.equal(window.get().rows.length, 70)
    await loadAll(window, 'older')
    assert.equal(window.get().rows.length, COUNT)
    assertInOrder(numbers(window))
  })

  test('never holds more than its limit, and loads again what it let go', async () => {
    const window = open('newest')
    await window.fill()
    assert.ok((await loadAll(window, 'older')) <= LIMITS.rows)
    assert.deepEqual([window.get().older.state, window.get().newer.dropped], ['end', true])
    assert.equal(Math.min(...numbers(window)), 0)
    assertInOrder(numbers(window))
    assert.ok((await loadAll(window, 'newer')) <= LIMITS.rows)
    assert.equal(Math.max(...numbers(window)), COUNT - 1)
    assertInOrder(numbers(window))
  })

  test('around a time, both directions go on from there', async () => {
    const window = new LineWindow(FILTERS, { from: 'time', at_ms: FROM_MS + 200 }, { page: 70 })
    await window.fill()
    assert.equal(window.get().rows.length, 140)
    assertInOrder(numbers(window))
    assert.deepEqual([Math.min(...numbers(window)), Math.max(...numbers(window))], [930, 1069])
  })

  test('stopped, it goes on from the last line it has', async () => {
    const window = open('oldest', { page: 70 })
    await window.fill()
    const loading = window.load('newer', COUNT)
    window.stop()
    await loading
    assert.equal(window.get().newer.state, 'stopped')
    await window.load('newer', COUNT)
    assertInOrder(numbers(window))
    assert.equal(window.get().rows.length, COUNT)
  })

  test('what arrives is put behind the newest line, but not behind a hole', async () => {
    const window = open('newest')
    await window.fill()
    const [first] = window.get().rows
    assert.ok(first?.line != null)
    window.append([first.line])
    assert.equal(window.get().rows.length, 71)
    await loadAll(window, 'older')
    const before = window.get().rows.length
    window.append([first.line])
    assert.equal(window.get().rows.length, before)
  })
})
