import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LOG_STREAMS } from '../src/core/log-event.ts'
import { LOG_FIELDS } from '../src/logs/writing/log-fields.ts'
import { STREAM_DEFAULTS } from '../src/logs/writing/stream-settings.ts'
import { engineWorld } from './engine/support/engine-world.ts'

const TEXT = readFileSync(fileURLToPath(new URL('../docs/logs.md', import.meta.url)), 'utf8')
const HEAD = ['timestamp', 'level', 'event', 'task_id', 'user_id', 'writer', 'seq']

interface DocumentedEvent {
  readonly keys: readonly string[]
  readonly optional: ReadonlySet<string>
}

/** The events of the tables below one heading. */
function documented(heading: string): Map<string, DocumentedEvent> {
  const [, section = ''] = TEXT.split(`### ${heading}\n`)
  const events = new Map<string, DocumentedEvent>()
  for (const [, names = '', cell = ''] of (section.split(/^##/m)[0] ?? '').matchAll(
    /^\| (`.*?) \|(.*)\|$/gm,
  )) {
    const found = [...cell.matchAll(/`(\w+)`(\??)/g)]
    const optional = new Set(found.filter(([, , mark]) => mark === '?').map(([, key = '']) => key))
    for (const [, event = ''] of names.matchAll(/`(\w+)`/g)) {
      events.set(event, { keys: found.map(([, key = '']) => key), optional })
    }
  }
  return events
}

const STREAMS = new Map(LOG_STREAMS.map((stream) => [stream, documented(`\`${stream}\``)]))

test('docs/logs.md names only fields that may be written', () => {
  for (const [stream, events] of STREAMS) {
    assert.ok(events.size > 0, `${stream} has no events`)
    for (const [event, { keys }] of events) {
      for (const key of keys) assert.ok(LOG_FIELDS.includes(key), `${stream} ${event}: ${key}`)
    }
  }
})

test('docs/logs.md has the sizes at which streams are rotated', () => {
  for (const stream of LOG_STREAMS) {
    const { max_bytes, backups } = STREAM_DEFAULTS[stream]
    const size = max_bytes / 1_048_576
    const row = `| \`${stream}\` | ${size} MiB | ${backups} | ${size * (backups + 1)} MiB |`
    assert.ok(TEXT.includes(row), row)
  }
})

test('every line of syncs, good and bad, is as docs/logs.md has it', async (t) => {
  const world = await engineWorld(t)
  const [refused = '', slow = ''] = world.course_ids
  await world.sync()
  world.simulator.faults.add(
    {
      when: { course_id: refused, path: '/api/v1/courses/*/sections' },
      fault: { kind: 'status', status: 403 },
    },
    { when: { course_id: slow, nth: 1 }, fault: { kind: 'throttled_429' } },
  )
  await world.sync({ full: true })
  await world.sync({ token: 'none' })
  const sync = await world.monitor.startSync()
  sync.recordProblem({ error_type: 'contract', message: 'Terms could not be read.' })
  sync.recordDeletions({ entity: 'terms', deleted: 1, held: 0 })
  sync.recordCourse()
  sync.recordDbOperation({ operation: 'fetch', entity: 'courses' })
  sync.recordApiCall({ endpoint: '/api/v1/courses', status: 200, durationMs: 1 })
  await sync.course('1', () => Promise.reject(new TypeError('x')))
  await sync.completeFailure(new Error('x'))
  await (await world.monitor.startSync()).cancel()

  for (const [stream, events] of STREAMS) {
    const seen = new Set<string>()
    for (const line of world.logs.events(stream)) {
      const event = String(line['event'])
      const known = events.get(event)
      assert.ok(known !== undefined, `${stream} writes ${event}`)
      seen.add(event)
      const keys = Object.keys(line)
      assert.deepEqual(keys.slice(0, HEAD.length), HEAD)
      assert.equal(keys.at(-1), 'message')
      const own = keys.slice(HEAD.length, -1)
      const wanted = known.keys.filter((key) => own.includes(key) || !known.optional.has(key))
      assert.deepEqual(own, wanted, `the keys of ${event} in ${stream}, in their order`)
      assert.match(String(line['message']), /^[A-Z\d].*\.$/, 'a message is a sentence')
    }
    assert.ok(seen.size > 0, `${stream} has lines`)
  }
})
