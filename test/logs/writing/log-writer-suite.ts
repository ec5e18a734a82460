import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import type { Clock } from '../../../src/core/clock.ts'
import { LOG_STREAMS, type LogStream } from '../../../src/core/log-event.ts'
import type { LogWriter } from '../../../src/logs/writing/log-writer.ts'
import type { StreamOptionsByName } from '../../../src/logs/writing/stream-settings.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { logEvent } from './log-event-factory.ts'
import { parsed } from './log-directory.ts'

export interface WriterUnderTest {
  readonly writer: LogWriter
  /** The lines of a stream that are where they stay. */
  readonly lines: (stream: LogStream) => readonly string[]
}
export interface WriterSuiteOptions {
  readonly clock?: Clock
  readonly streams?: StreamOptionsByName
  readonly writer?: string
}

/** What every {@link LogWriter} promises; `open` gives a fresh one that is cleaned up after the test. */
export function logWriterSuite(
  name: string,
  open: (t: TestContext, options: WriterSuiteOptions) => WriterUnderTest,
): void {
  test(`${name} writes one line of JSON with the keys in the promised order`, async (t) => {
    const { writer, lines } = open(t, { clock: new FakeClock(), writer: 'w1' })
    writer.write(
      'operations',
      logEvent({ fields: { updated: 1, created: undefined, status: null, course_id: '7' } }),
    )
    await writer.flush()
    assert.deepEqual(lines('operations'), [
      '{"timestamp":"2026-11-22T10:15:00.000Z","level":"INFO","event":"course_synced","task_id":"task-1",' +
        '"user_id":42,"writer":"w1","seq":1,"updated":1,"status":null,"course_id":"7",' +
        '"message":"Course 101 was synced."}\n',
    ])
  })

  test(`${name} stamps each line with the clock's time`, async (t) => {
    const clock = new FakeClock()
    const { writer, lines } = open(t, { clock })
    for (const pause_ms of [0, 7, 990, 3, 60_000]) {
      clock.advance(pause_ms)
      writer.write('progress', logEvent())
    }
    clock.jumpWall(-5000)
    writer.write('progress', logEvent())
    await writer.flush()
    assert.deepEqual(
      parsed(lines('progress')).map((line) => String(line['timestamp']).slice(14)),
      ['15:00.000Z', '15:00.007Z', '15:00.997Z', '15:01.000Z', '16:01.000Z', '15:56.000Z'],
    )
  })

  test(`${name} copies an ERROR of another stream to errors with a seq of its own, and doubles none`, async (t) => {
    const { writer, lines } = open(t, {})
    writer.write('api_calls', logEvent({ level: 'ERROR', event: 'api_call_failed' }))
    writer.write('errors', logEvent({ level: 'ERROR', event: 'sync_error' }))
    writer.write('operations', logEvent({ level: 'WARNING' }))
    await writer.flush()
    const summary = LOG_STREAMS.map((stream) =>
      parsed(lines(stream)).map((line) => [line['event'], line['seq']]),
    )
    assert.deepEqual(summary, [
      [['course_synced', 4]],
      [['api_call_failed', 1]],
      [],
      [
        ['api_call_failed', 2],
        ['sync_error', 3],
      ],
      [],
    ])
  })

  test(`${name} writes INFO and above in every stream unless told otherwise`, async (t) => {
    const { writer, lines } = open(t, {
      streams: { database: { level: 'DEBUG' }, progress: { level: 'ERROR' } },
    })
    for (const stream of LOG_STREAMS) {
      for (const level of ['DEBUG', 'INFO', 'WARNING'] as const) writer.write(stream, logEvent({ level }))
    }
    await writer.flush()
    assert.deepEqual(
      LOG_STREAMS.map((stream) => lines(stream).length),
      [2, 2, 3, 2, 0],
    )
    assert.equal(writer.health.lines_dropped, 0, 'what the level leaves out is not a loss')
  })

  test(`${name} keeps only troubles of a stream whose detail is errors_only`, async (t) => {
    const { writer, lines } = open(t, { streams: { api_calls: { detail: 'errors_only' } } })
    writer.write('api_calls', logEvent({ fields: { status: 200 } }))
    writer.write('api_calls', logEvent({ fields: { status: 200, error_type: null } }))
    writer.write('api_calls', logEvent({ fields: { error_type: 'timeout' } }))
    writer.write('api_calls', logEvent({ level: 'WARNING' }))
    await writer.flush()
    assert.equal(lines('api_calls').length, 2)
  })

  test(`${name} leaves out and counts fields that nobody decided to allow`, async (t) => {
    const { writer, lines } = open(t, {})
    const fields = { student_name: 'Ada', created: 1, seq: 99, message: 'forged', __proto__: null, score: 88 }
    writer.write('operations', logEvent({ fields }))
    await writer.flush()
    const [line] = parsed(lines('operations'))
    assert.deepEqual(Object.keys(line ?? {}).slice(7), ['created', 'message'])
    assert.equal(line?.['seq'], 1)
    assert.equal(writer.health.fields_dropped, 4)
  })

  test(`${name} does not throw into the caller whatever it is given, and counts what it cannot write`, async (t) => {
    const { writer, lines } = open(t, {})
    const trap = {
      get created(): number {
        throw new Error('a getter with token 123~abcdefghijklmnopqrstuvwxyz failed')
      },
    }
    writer.write('operations', logEvent({ fields: trap }))
    writer.write('operations', undefined as never)
    writer.write('operations', logEvent({ message: undefined as never }))
    writer.write('operations', logEvent({ fields: { created: { deep: 1 } as never, count: 5n as never } }))
    await writer.flush()
    assert.ok(writer.health.lines_dropped >= 2)
    assert.ok(writer.health.last_error)
    assert.doesNotMatch(JSON.stringify(writer.health), /123~/)
    const [last] = parsed(lines('operations'))
      .filter((line) => line['event'] === 'course_synced')
      .slice(-1)
    assert.equal(last?.['count'], '5')
    assert.equal('created' in (last ?? {}), false)
  })

  test(`${name} counts what it wrote and, after close, what it refused`, async (t) => {
    const { writer, lines } = open(t, {})
    writer.write('operations', logEvent())
    writer.write('database', logEvent({ level: 'ERROR' }))
    const closing = writer.close()
    writer.write('operations', logEvent())
    await closing
    await writer.close()
    writer.write('operations', logEvent())
    const { health } = writer
    assert.equal(health.lines_written, 3)
    assert.equal(health.pending_lines, 0)
    assert.equal(health.refused_after_close, 2)
    assert.equal(health.lines_dropped, 0)
    const texts = LOG_STREAMS.map((stream) => lines(stream).join(''))
    assert.equal(health.bytes_written, Buffer.byteLength(texts.join('')))
    assert.equal(health.streams.errors.lines_written, 1)
    assert.equal(health.last_error, null)
  })

  test(`${name} gives every writer an id of its own and refuses one that could forge a line`, (t) => {
    const ids = [open(t, {}), open(t, {}), open(t, {})].map(({ writer }) => writer.health.writer)
    assert.equal(new Set(ids).size, 3)
    for (const id of ids) assert.match(id, /^[\w-]{12}$/)
    assert.throws(() => open(t, { writer: 'a"b' }), { code: 'config_invalid' })
    assert.throws(() => open(t, { writer: '' }), { code: 'config_invalid' })
  })

  test(`${name} refuses stream options out of range and says which`, (t) => {
    const bad: readonly [StreamOptionsByName, RegExp][] = [
      [{ operations: { level: 'LOUD' as never } }, /operations\.level .*LOUD/],
      [{ errors: { detail: 'some' as never } }, /errors\.detail/],
      [{ database: { max_bytes: 10 } }, /database\.max_bytes .*10/],
      [{ progress: { backups: -1 } }, /progress\.backups/],
      [{ audit: {} } as never, /audit/],
    ]
    for (const [streams, message] of bad) {
      assert.throws(() => open(t, { streams }), { code: 'config_invalid', message })
    }
  })
}
