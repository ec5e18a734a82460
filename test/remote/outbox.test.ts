import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, it } from 'node:test'
import type { IngestReport } from '../../src/core/ingest-event.ts'
import { BackOff } from '../../src/remote/back-off.ts'
import { Outbox } from '../../src/remote/outbox.ts'
import type { SendResult } from '../../src/remote/sender.ts'
import { Spool } from '../../src/remote/spool/spool.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const taken = (lines: readonly string[], changes: Partial<IngestReport> = {}): SendResult => ({
  kind: 'taken',
  report: { accepted: lines.length, duplicates: 0, late: 0, rejected: 0, errors: [], syncs: [], ...changes },
})
const away: SendResult = {
  kind: 'later',
  after_ms: null,
  error: 'The server cannot be reached (ECONNREFUSED).',
}

interface World {
  readonly outbox: Outbox
  readonly clock: FakeClock
  /** What was sent, request by request. */
  readonly sent: string[][]
  /** How the server answers from now on. */
  answer: (lines: readonly string[]) => SendResult
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>
}

function world(options: { limit_bytes?: number } = {}): World {
  const clock = new FakeClock()
  const spool = new Spool(temporaryDirectory())
  const sent: string[][] = []
  const made: World = {
    clock,
    sent,
    answer: taken,
    outbox: new Outbox({
      spool,
      clock,
      limit_bytes: options.limit_bytes ?? 1_000_000,
      random: () => 0,
      send: (lines) => {
        sent.push([...lines])
        return Promise.resolve(made.answer(lines))
      },
    }),
    settle: async () => {
      for (let turn = 0; turn < 20; turn++) await nextTurn()
    },
  }
  return made
}

const event = (task_id: string, id: string, type = 'log'): string => JSON.stringify({ type, task_id, id })

describe('the outbox', () => {
  it('delivers in order, and leaves nothing behind', async () => {
    const { outbox, sent, settle } = world()
    outbox.add([event('a', '1'), event('a', '2')])
    outbox.add([event('b', '1')])
    await settle()
    assert.deepEqual(sent.flat(), [event('a', '1'), event('a', '2'), event('b', '1')])
    assert.deepEqual(outbox.health, {
      connected: true,
      spooled_bytes: 0,
      pending_events: 0,
      delivered_events: 3,
      lost_events: 0,
      last_error: null,
    })
  })

  it('keeps everything while the server is away and tries again later and later', async () => {
    const place = world()
    place.answer = () => away
    place.outbox.add([event('a', '1')])
    await place.settle()
    assert.equal(place.outbox.health.connected, false)
    assert.match(place.outbox.health.last_error ?? '', /cannot be reached/)
    for (const wait_ms of [1000, 2000, 4000]) {
      const before = place.sent.length
      place.clock.advance(wait_ms - 1)
      await place.settle()
      assert.equal(place.sent.length, before, `not before ${wait_ms} ms`)
      place.clock.advance(1)
      await place.settle()
      assert.equal(place.sent.length, before + 1)
    }
    place.outbox.add([event('a', '2')])
    place.answer = taken
    place.clock.advance(60_000)
    await place.settle()
    assert.deepEqual(place.sent.slice(-2).flat(), [event('a', '1'), event('a', '2')])
    assert.equal(place.outbox.health.spooled_bytes, 0)
  })

  it('waits as long as the server asks', async () => {
    const place = world()
    place.answer = () => ({ kind: 'later', after_ms: 30_000, error: 'The server answered 429.' })
    place.outbox.add([event('a', '1')])
    await place.settle()
    place.clock.advance(29_999)
    await place.settle()
    assert.equal(place.sent.length, 1)
    place.clock.advance(1)
    await place.settle()
    assert.equal(place.sent.length, 2)
  })

  it('sends less at once to a server that finds it too much, and drops what is too large alone', async () => {
    const place = world()
    place.answer = (lines) =>
      lines.length > 2 || lines.some((line) => line.includes('huge')) ? { kind: 'too_large' } : taken(lines)
    const lines = ['1', '2', 'huge', '3', '4', '5', '6'].map((id) => event('a', id))
    place.outbox.add(lines)
    await place.settle()
    const through = place.sent.filter((sent) => place.answer(sent).kind === 'taken').flat()
    assert.deepEqual(
      through,
      lines.filter((line) => !line.includes('huge')),
    )
    assert.equal(place.outbox.health.lost_events, 1)
  })

  it('counts what the server will never take, says why, and goes on', async () => {
    const place = world()
    place.answer = (lines) =>
      taken(lines, {
        accepted: 0,
        rejected: 1,
        errors: [{ index: 0, task_id: 'a', event_id: '1', error: 'No.', parameter: 'type' }],
      })
    place.outbox.add([event('a', '1')])
    await place.settle()
    const { lost_events, last_error, spooled_bytes } = place.outbox.health
    assert.deepEqual([lost_events, spooled_bytes], [1, 0])
    assert.match(last_error ?? '', /took 1 events for wrong: No\./)
  })

  it('drops log lines beyond its limit and nothing else', async () => {
    const place = world({ limit_bytes: 100 })
    place.answer = () => away
    place.outbox.add([event('a', 'x'.repeat(200), 'start')])
    place.outbox.add([event('a', '1')], { droppable: true })
    place.outbox.add([event('a', 'end', 'finish')], { durable: true })
    assert.equal(place.outbox.health.lost_events, 1)
    await place.settle()
    place.answer = taken
    place.clock.advance(60_000)
    await place.settle()
    assert.deepEqual(
      place.sent.at(-1)?.map((line) => (JSON.parse(line) as { type: string }).type),
      ['start', 'finish'],
    )
  })

  it('says that quiet syncs live, and only those', async () => {
    const place = world()
    await Promise.all([
      place.outbox.start('quiet', event('quiet', 'r-1', 'start'), 2000),
      place.outbox.start('busy', event('busy', 'r-1', 'start'), 2000),
    ])
    await place.settle()
    const beats = (): string[] =>
      place.sent
        .splice(0)
        .flat()
        .map((line) => JSON.parse(line) as { type: string; task_id: string })
        .filter(({ type }) => type === 'heartbeat')
        .map(({ task_id }) => task_id)
    place.clock.advance(10_000)
    await place.settle()
    beats()
    place.outbox.add([event('busy', 'r-2')])
    await place.settle()
    place.clock.advance(10_000)
    await place.settle()
    assert.deepEqual(beats(), ['quiet'])
    place.outbox.ended('quiet')
    place.clock.advance(10_000)
    await place.settle()
    assert.deepEqual(beats(), ['busy'])
  })
})

describe('a task id that another sync has', () => {
  const clash = (lines: readonly string[]): SendResult => {
    const index = lines.findIndex((line) => line.includes('"task_id":"a"'))
    if (index === -1) return taken(lines)
    const error = { index, task_id: 'a', event_id: 'r-0', error: 'It is taken.', parameter: 'task_id' }
    return taken(lines, { accepted: 0, rejected: 1, errors: [error] })
  }

  it('is told to a job that waits for the answer, and nothing counts as lost', async () => {
    const place = world()
    place.answer = clash
    assert.equal(await place.outbox.start('a', event('a', 'r-0', 'start'), 2000), 'taken')
    assert.equal(await place.outbox.start('a#2', event('a#2', 'r-1', 'start'), 2000), 'new')
    assert.equal(place.outbox.health.lost_events, 0)
  })

  it('gets another name, always the same, when the job began without an answer', async () => {
    const place = world()
    place.answer = () => away
    const started = place.outbox.start('a', event('a', 'run1-0', 'start'), 2000)
    await place.settle()
    place.clock.advance(2000)
    assert.equal(await started, 'unknown')
    place.outbox.add([event('a', 'run1-1')])
    place.answer = clash
    place.clock.advance(60_000)
    await place.settle()
    const names = place.sent.at(-1)?.map((line) => (JSON.parse(line) as { task_id: string }).task_id)
    assert.deepEqual([...new Set(names)], ['a#run1'])
    assert.equal(place.outbox.health.lost_events, 0)
  })
})

describe('the back-off', () => {
  it('doubles to a minute, is never shorter than asked for, and is long where trying is useless', () => {
    const backOff = new BackOff(() => 0)
    const waits = Array.from({ length: 8 }, () => backOff.next(null, false))
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
    backOff.reset()
    assert.equal(backOff.next(7000, false), 7000)
    assert.equal(backOff.next(null, true), 60_000)
    assert.equal(new BackOff(() => 0.999).next(null, false), 501)
  })
})
